"""The look of the HTML report: two palettes of one set of names, tested for contrast."""

from __future__ import annotations

LIGHT = {
    "page": "#f4f6f8",
    "surface": "#ffffff",
    "sunken": "#f0f3f6",
    "line": "#d5dbe2",
    "text": "#16202b",
    "muted": "#515d6b",
    "link": "#0b57b0",
    "critical": "#9f1239",
    "critical-tint": "#fde4ea",
    "high": "#993104",
    "high-tint": "#fdebdf",
    "medium": "#734c00",
    "medium-tint": "#fbf0cf",
    "low": "#1f5391",
    "low-tint": "#e2eefb",
    "advice": "#46525f",
    "advice-tint": "#e8ecf1",
    "unknown": "#652a96",
    "unknown-tint": "#f0e6fa",
    "error": "#9f1239",
    "error-tint": "#fde4ea",
    "suppressed": "#46525f",
    "suppressed-tint": "#e8ecf1",
    "pass": "#14603a",
    "pass-tint": "#def3e6",
}
DARK = {
    "page": "#0d1117",
    "surface": "#161c24",
    "sunken": "#10151c",
    "line": "#2d3744",
    "text": "#e4e9ef",
    "muted": "#a0acba",
    "link": "#82b7ff",
    "critical": "#ff9db5",
    "critical-tint": "#43131f",
    "high": "#ffb68c",
    "high-tint": "#3f2010",
    "medium": "#f0cf72",
    "medium-tint": "#352a0c",
    "low": "#9fc8ff",
    "low-tint": "#122a45",
    "advice": "#b8c3cf",
    "advice-tint": "#252d37",
    "unknown": "#d8b8ff",
    "unknown-tint": "#2f1d45",
    "error": "#ff9db5",
    "error-tint": "#43131f",
    "suppressed": "#b8c3cf",
    "suppressed-tint": "#252d37",
    "pass": "#86dcab",
    "pass-tint": "#123222",
}
TONES = ("critical", "high", "medium", "low", "advice", "unknown", "error", "suppressed", "pass")

_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:1rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--text);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
code{overflow-wrap:anywhere}
h1,h2,h3,p,dl,dd,ul,figure,fieldset{margin:0;padding:0;border:0}
h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.01em}
.wrap{max-width:72rem;margin:0 auto;padding:0 1rem}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--surface);padding:.5rem 1rem;z-index:9}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.muted{color:var(--muted)}
.small{font-size:.875rem}
header{background:var(--surface);border-bottom:1px solid var(--line)}
header .wrap{padding-top:1.5rem;padding-bottom:1.5rem}
.brand{font-weight:600;color:var(--muted);font-size:.875rem}
h1{font-size:clamp(1.5rem,1.1rem + 1.8vw,2.125rem);line-height:1.2;letter-spacing:-.02em;margin:.25rem 0 .5rem;
text-wrap:balance}
.state{display:inline-block;padding:.1em .5em;border-radius:.35em;margin-right:.15em}
main>section{margin:2rem 0}
main h2{margin-bottom:.75rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(6.5rem,1fr));gap:.5rem}
.tile{display:flex;flex-direction:column-reverse;background:var(--surface);border:1px solid var(--line);
border-radius:.6rem;padding:.6rem .8rem}
.tile dt{font-size:.875rem;color:var(--muted)}
.tile dd{font-size:1.5rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
h1 .state{padding:.1em .5em}
.tile .state{padding:0 .3em;margin:0 0 0 -.1em}
.tile.zero dd{color:var(--muted);font-weight:400}
.box{background:var(--surface);border:1px solid var(--line);border-radius:.6rem;overflow:auto;position:relative}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9375rem}
th,td{padding:.5rem .75rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:middle}
tbody tr:last-child>*{border-bottom:0}
thead th{background:var(--sunken);font-weight:600;font-size:.8125rem;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums}
.nil{color:var(--muted)}
.bar{display:block;width:100%;min-width:5rem;height:.5rem;border-radius:.25rem;margin-top:.35rem}
.matrix{max-height:min(80vh,46rem);width:fit-content;max-width:100%}
tbody th .small{font-weight:400}
.matrix table{width:max-content}
.matrix .name{width:max-content;max-width:min(26rem,40vw)}
.matrix thead th{position:sticky;top:0;z-index:2;vertical-align:bottom;padding:.6rem .35rem;text-align:center}
.matrix thead th:first-child{left:0;z-index:3;text-align:left;padding-left:.75rem}
.matrix thead th a{writing-mode:vertical-rl;transform:rotate(180deg);max-height:13rem;white-space:nowrap;
color:inherit;text-decoration:none;font-weight:500;display:inline-block}
.matrix thead th a:hover{text-decoration:underline}
.matrix tbody th{position:sticky;left:0;z-index:1;background:var(--surface);font-weight:400;
border-right:1px solid var(--line)}
.matrix thead th:first-child{border-right:1px solid var(--line)}
.matrix tbody th{padding:.35rem .75rem;line-height:1.4}
.matrix td{padding:.2rem;text-align:center;min-width:2.4rem}
.cell{display:block;border-radius:.35rem;padding:.15rem 0;font-weight:700;text-decoration:none;font-size:.875rem;
line-height:1.6}
a.cell:hover{outline:2px solid currentColor}
.cell.pass{font-weight:400}
.legend{display:flex;flex-wrap:wrap;gap:.35rem 1rem;margin-top:.6rem;font-size:.875rem;color:var(--muted);
list-style:none}
.legend .cell{display:inline-block;width:1.7rem;text-align:center;margin-right:.35rem}
.filters{display:none;margin-bottom:.9rem}
@supports selector(:has(a)){.filters{display:block}}
.filters fieldset{display:flex;flex-wrap:wrap;gap:.4rem;margin-bottom:.5rem}
.filters legend{float:left;width:6.5rem;padding:.3rem 0;color:var(--muted);font-size:.875rem}
@media (max-width:40rem){.filters legend{width:100%;padding-bottom:0}}
.filters label{display:inline-flex;align-items:center;gap:.4rem;border:1px solid var(--line);background:var(--surface);
border-radius:2rem;padding:.3rem .8rem .3rem .6rem;font-size:.875rem;cursor:pointer}
.filters input{margin:0;width:1rem;height:1rem;accent-color:var(--link)}
.card{background:var(--surface);border:1px solid var(--line);border-left:.3rem solid var(--tone);border-radius:.6rem;
padding:1rem 1.1rem;margin-bottom:.75rem;overflow-wrap:anywhere}
.card:target{outline:3px solid var(--link);outline-offset:2px}
.card header{background:none;border:0;display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .6rem}
.badge{display:inline-block;border-radius:.35rem;padding:.05rem .5rem;font-size:.8125rem;font-weight:650;
background:var(--tint);color:var(--tone);white-space:nowrap}
.card h3{font-size:1.0625rem;line-height:1.4;margin:.5rem 0 .35rem;font-weight:600}
.where{display:flex;flex-wrap:wrap;gap:.1rem 1rem;color:var(--muted)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr));gap:.5rem 1.5rem;margin:.75rem 0}
.facts dt{font-size:.8125rem;color:var(--muted)}
.code{background:var(--sunken);border:1px solid var(--line);border-radius:.45rem;overflow:auto;margin:.75rem 0 0;
padding:.4rem 0;line-height:1.6}
.code span{display:block;padding:0 .75rem;white-space:pre;width:max-content;min-width:100%}
.code i{font-style:normal;color:var(--muted);display:inline-block;min-width:2.5ch;text-align:right;margin-right:1.25ch;
user-select:none}
.code .here{background:var(--tint);box-shadow:inset .2rem 0 var(--tone)}
.fix{margin-top:.75rem;border:1px solid var(--line);border-radius:.45rem;overflow:hidden}
.fix h4{margin:0;font-size:.8125rem;font-weight:650;padding:.3rem .75rem;background:var(--pass-tint);color:var(--pass)}
.fix pre{margin:0;padding:.55rem .75rem;white-space:pre-wrap;overflow-wrap:anywhere}
details>summary{cursor:pointer;padding:.25rem 0}
.card details{margin-top:.6rem;font-size:.9375rem}
.card details ul,.rules ul{padding-left:1.2rem}
.fold{background:var(--surface);border:1px solid var(--line);border-radius:.6rem;padding:.4rem 1rem;margin-bottom:.5rem;
overflow-wrap:anywhere}
.fold[open]>summary{margin-bottom:.5rem}
.fold:target{outline:3px solid var(--link)}
.list{list-style:none;background:var(--surface);border:1px solid var(--line);border-radius:.6rem;overflow-wrap:anywhere}
.list li{padding:.6rem 1rem;border-bottom:1px solid var(--line)}
.list li:last-child{border-bottom:0}
.good{background:var(--pass-tint);color:var(--pass);border-radius:.6rem;padding:1rem 1.1rem}
footer{border-top:1px solid var(--line);margin-top:3rem;padding:1.25rem 0 2.5rem;color:var(--muted);font-size:.875rem}
footer p{overflow-wrap:anywhere}
@media (max-width:40rem){th,td{padding:.45rem .5rem}.card{padding:.85rem .8rem}
.matrix tbody th{padding:.35rem .5rem}main>section{margin:1.5rem 0}}
@media print{body{background:none}.filters,.skip{display:none}.card,.box{break-inside:avoid}.matrix{max-height:none}}
"""


def style(extra: str = "") -> str:
    """The style sheet, with both palettes."""
    tones = "".join(
        f".{tone}{{--tone:var(--{tone});--tint:var(--{tone}-tint)}}"
        f".cell.{tone},.state.{tone}{{background:var(--{tone}-tint);color:var(--{tone})}}"
        f".bar .{tone}{{fill:var(--{tone})}}"
        for tone in TONES
    )
    light, dark = (_variables(palette) for palette in (LIGHT, DARK))
    return f":root{{color-scheme:light dark;{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}{_RULES}{tones}{extra}"


def _variables(palette: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())
