"""How jobs log in to clouds: by a short-lived token of the CI system where the cloud takes one, and by a secret where it does not.

Which clouds a drill asks is read off its settings: a provider of one cloud names it, the others (buckets, states, secrets, local backups)
say it by where they look (``s3://``, ``gs://``, ``projects/…``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

AWS, GOOGLE, NEON = "aws", "google", "neon"
CLOUD_OF_AUDIT = {"aws": AWS, "gcp": GOOGLE, "neon": NEON}
"""By the verbs of ``recoverable audit``."""
NEON_KEY = "NEON_API_KEY"
"""The secret that Neon's API asks for; it takes no tokens of CI systems."""
GOOGLE_PROVIDER = "RECOVERABLE_GOOGLE_PROVIDER"
"""The variable with the workload identity provider: ``projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/NAME``."""
AWS_MINUTES, AWS_MOST_MINUTES = 60, 720
"""What aws-actions/configure-aws-credentials asks for by default, and what AWS gives at most (AssumeRoleWithWebIdentity, DurationSeconds)."""
OF_PROVIDER = {"rds": AWS, "aurora": AWS, "cloudsql": GOOGLE, "neon": NEON}
ON_AWS, ON_GOOGLE = ("s3://", "arn:aws"), ("gs://", "projects/")
SILENT = {"bucket": AWS, "secret": AWS}
"""Where these look when their settings name no address: the bare name of a bucket or secret is one of Amazon's."""
CLOUD_NAMES = {"gcs": GOOGLE, "gcp": GOOGLE, "google": GOOGLE, "aws": AWS, "s3": AWS}
_GITHUB = {
    AWS: """\
      # A short-lived role: variable {who} (and AWS_REGION) of the repository.
      - if: vars.{who} != ''
        uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: ${{{{ vars.{who} }}}}
          aws-region: ${{{{ vars.AWS_REGION }}}}
""",
    GOOGLE: """\
      # A short-lived login: variables {who} (a service account) and RECOVERABLE_GOOGLE_PROVIDER of the repository.
      - if: vars.{who} != ''
        uses: google-github-actions/auth@v3
        with:
          service_account: ${{{{ vars.{who} }}}}
          workload_identity_provider: ${{{{ vars.RECOVERABLE_GOOGLE_PROVIDER }}}}
""",
}
_GITLAB_TOKEN = {
    AWS: "    RECOVERABLE_AWS_TOKEN:\n      aud: sts.amazonaws.com\n",
    GOOGLE: "    RECOVERABLE_GOOGLE_TOKEN:\n      aud: https://iam.googleapis.com/$RECOVERABLE_GOOGLE_PROVIDER\n",
}
_GITLAB = {
    AWS: """\
    # A short-lived role: variable {who} (and AWS_REGION) of the project.
    - umask 077 && printf '%s' "$RECOVERABLE_AWS_TOKEN" > "$CI_PROJECT_DIR/.recoverable-token"
    - export AWS_WEB_IDENTITY_TOKEN_FILE="$CI_PROJECT_DIR/.recoverable-token" AWS_ROLE_ARN="${who}"
""",
    # https://google.aip.dev/auth/4117: what `gcloud iam workload-identity-pools create-cred-config` writes.
    GOOGLE: """\
    # A short-lived login: variables {who} (a service account) and RECOVERABLE_GOOGLE_PROVIDER of the project.
    - umask 077 && printf '%s' "$RECOVERABLE_GOOGLE_TOKEN" > "$CI_PROJECT_DIR/.recoverable-google-token"
    - |
      cat > "$CI_PROJECT_DIR/.recoverable-google.json" <<END
      {"type": "external_account", "audience": "//iam.googleapis.com/$RECOVERABLE_GOOGLE_PROVIDER",
       "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.googleapis.com/v1/token",
       "credential_source": {"file": "$CI_PROJECT_DIR/.recoverable-google-token"}, "service_account_impersonation_url":
       "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${who}:generateAccessToken"}
      END
    - export GOOGLE_APPLICATION_CREDENTIALS="$CI_PROJECT_DIR/.recoverable-google.json"
""",
}


def clouds_of(store: Mapping[str, Any]) -> frozenset[str]:
    """The clouds that the drill of a store asks, by its table of the settings."""
    provider = str(store.get("provider", ""))
    if provider in OF_PROVIDER:
        return frozenset({OF_PROVIDER[provider]})
    texts = list(_texts(store.get("source", {})))
    found = {cloud for cloud, starts in ((AWS, ON_AWS), (GOOGLE, ON_GOOGLE)) if any(text.startswith(starts) for text in texts)}
    found |= {CLOUD_NAMES[text] for text in texts if text in CLOUD_NAMES}
    if not found and provider in SILENT:
        found = {SILENT[provider]}
    return frozenset(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def identity(cloud: str, purpose: str) -> str:
    """The variable with the role or account; ``purpose`` is DRILL, ALERTS or AUDIT: each has rights of its own."""
    return f"RECOVERABLE_{purpose}_{'ROLE' if cloud == AWS else 'ACCOUNT'}"


def by_token(clouds: Collection[str]) -> list[str]:
    """Those that take a token of the CI system, in a fixed order."""
    return [each for each in (AWS, GOOGLE) if each in clouds]


def github_steps(clouds: Collection[str], purpose: str, minutes: int = 0) -> Iterator[str]:
    """The steps that log in. ``minutes`` is how long the job may run: of AWS it gets keys for an hour unless it asks for more."""
    for each in by_token(clouds):
        yield _GITHUB[each].format(who=identity(each, purpose))
        if each == AWS and minutes > AWS_MINUTES:
            yield "          # As long as the job: the role's maximum session duration has to allow it.\n"
            yield f"          role-duration-seconds: {min(minutes, AWS_MOST_MINUTES) * 60}\n"


def gitlab_tokens(clouds: Collection[str]) -> Iterator[str]:
    """The tokens that a job asks GitLab for."""
    if by_token(clouds):
        yield "  id_tokens:\n"
    yield from (_GITLAB_TOKEN[each] for each in by_token(clouds))


def gitlab_lines(clouds: Collection[str], purpose: str) -> Iterator[str]:
    """The lines of a script that log in. No token is an argument: the shell writes it into a file by itself."""
    yield from (_GITLAB[each].replace("{who}", identity(each, purpose)) for each in by_token(clouds))


def variables(wanted: Mapping[str, Collection[str]]) -> Iterator[str]:
    """The variables that have to be set for ``wanted``: the clouds of each purpose."""
    for cloud in (AWS, GOOGLE):
        named = [identity(cloud, purpose) for purpose, clouds in wanted.items() if cloud in clouds]
        if named:
            yield from named
            yield "AWS_REGION" if cloud == AWS else GOOGLE_PROVIDER
