"""Login into a copy on RDS as a database user with a token of the drill's identity, beside the master user's new password.

A token (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html) is signed here, asks nobody, and lets new sessions in
for 15 minutes; so each session gets a new one. The user is one of the source, granted ``rds_iam`` there.
"""

from __future__ import annotations

from dataclasses import replace

from recoverable.drill.aws import remote_login
from recoverable.drill.aws.clients import Service, client
from recoverable.drill.connection import Connection, Secret, ShortLived
from recoverable.drill.contract import RestoreFailedError, Run
from recoverable.drill.postgres.connect import connect
from recoverable.model.errors import InputError

MAY = "SELECT pg_has_role(u.oid, i.oid, 'MEMBER') FROM pg_roles u, pg_roles i WHERE u.rolname = %s AND i.rolname = 'rds_iam'"


def as_user(rds: Service, run: Run, master: Connection, user: str) -> Connection:
    """The same database as an IAM user, who has been let in.

    Raises:
        RestoreFailedError: there is no such user, it is not granted ``rds_iam``, or the server does not take its token.
        InputError: there are no credentials to sign a token with.
    """
    with connect(master) as opened:
        found = opened.execute(MAY, (user,)).fetchone()
    if found is None or not found[0]:
        fix = f'At the source: CREATE ROLE "{user}" LOGIN; GRANT rds_iam TO "{user}"; with the rights to read what is verified.'
        raise RestoreFailedError(f"the copy has no user {user} that may log in by IAM", fix)

    def give() -> str:
        token = signed(rds.region, master.host, master.port, user)
        run.conceal(Secret(token))
        return token

    login = replace(master, user=user, password=ShortLived(give))
    remote_login.log_in(login, run.clock, rds.pause)
    return login


def signed(region: str, host: str, port: int, user: str) -> str:
    """A token.

    Raises:
        InputError: there are no credentials to sign it with.
    """
    from botocore.exceptions import BotoCoreError

    try:
        return str(client("rds", region).generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user, Region=region))
    except BotoCoreError as error:
        raise InputError(f"no token can be signed ({type(error).__name__})", "", "Set a profile, a role, or AWS_ACCESS_KEY_ID.") from None
