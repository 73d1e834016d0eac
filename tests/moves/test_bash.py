"""What is made of scripts of bash, beside what bash makes of them: the same, or it is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tcwc.moves.bash.follow import follow
from tcwc.moves.bash.values import Unknown

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")

_GO = """\
#!/bin/sh
for each in "$@"; do printf '%s|' "$each"; done >> "$GO"
echo >> "$GO"
"""


def ran(script: str, folder: Path) -> list[str]:
    """The words of each `go` that bash runs."""
    (folder / "go").write_text(_GO, encoding="utf-8")
    (folder / "go").chmod(0o755)
    log = folder / "ran.txt"
    log.touch()
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "GO": str(log), "HOME": "/home/me"}
    subprocess.run(["bash", "-s"], input=script.encode(), capture_output=True, cwd=folder, env=env)
    return log.read_text(encoding="utf-8").splitlines()


def read(script: str) -> tuple[list[str], bool]:
    """The words of each `go` that is read, and whether all is told of it."""
    found = follow(script, lambda words: "go" in words)
    every = [each.words[[*each.words].index("go") + 1 :] for each in found.commands]
    are_known = not any(isinstance(word, Unknown) for words in every for word in words)
    return ["".join(f"{word}|" for word in words) for words in every], (
        are_known and not found.notes
    )


ALIKE = r"""
for x in {01..03} {a..c} {8..16..4} {6..1..2} {3..1}; do go $x; done
x=8; for r in {$x,16} "x"{a,b} {a,{b,c}} 'q'{1,2}"r" {u,v w}; do go $r; done
go a={1} {1,2} "{1,2}" [q_proj,v_proj] '{b: 1, c: 2}' {} {a} lr={1e-4,3e-4} {1..a} a{,b} {a,b
r=8; (r=16; go $r); go $r; { r=9; go $r; }; go $r
r=8; r=16 | cat; go $r; r=5 & go $r
x=; go ${x:-3} ${x-3} ${y:=4} $y "${x:-}" a
x=a/b.c; go ${x//./_} ${x/b/} ${x/.c} ${x//b.c/d}
L=(); go x "${L[@]}"; for x in "${L[@]}" ${L[@]}; do go $x; done
L=(1 "2 3"); go "${L[*]}" "${L[@]}" "x${L[@]}y" ${#L[@]} ${L[-1]} ${L[1]}
x=" a b "; go x$x "x$x" ${x}y
go a\
b "c\
d" 'e'
go "$(echo a  b)" $(echo "a  b") $(seq 3 1) $(seq 1 2 5) `echo c`
for i in 1 2; do for j in 3 4; do break; done; go $i $j; done
for i in 1 2; do for j in 3 4; do continue 2; done; go no; done; go $i
for i in 1 2; do go $i; continue; go no; done; go 1; exit 0; go 2
out=$(go 1); echo "$(go 2)" | cat; go 3
eval "go 1"; r=8; eval r=16; go $r; x='$r'; eval go $x
export r=8; s=9; bash -c 'go $r'; bash -c "go $s"
mkdir -p x && go 3; cd x || exit 1; go 4
exec go 1; go 2
f() { r=16; }; r=8; go $r
r=8; r=16 go $r; env A=1 go 1; nohup go 2 & wait
L=(a b); L+=(c); i=1; go ${L[i]} ${L[$i]} ${L[i+1]} ${L[$((i-1))]}; go $((${#L[@]} - 1))
x=5; x+=6; y=$x; go $y "$x"a $x"b" ${x}_c; a=3; go $((a*a)) $(($a*2)) $((${a}+1)) $((7-9))
go a#b # c
L="8,16"; for x in ${L//,/ }; do go $x; done; IFS=$'\n\t'; go $x
go "q" $"r" a=*.json; sbatch() { :; }
A=(a=1 "b=2 3" c); go "${A[@]}" ${A[@]}
"""

TOLD = r"""
for r in 8 64; do [ $r = 64 ] && continue; go $r; done
for r in 8 64; do if [ $r = 64 ]; then break; fi; go $r; done
for r in 8 64; do [[ $r == 64 ]] || go $r; done
for r in 8 64; do [[ $r == 64 && $r == 8 ]] && go $r; done
for r in 8 64; do (( r > 10 )) && go $r; done
if true; then exit 0; fi; go 2
false && go 1
go 1 || go 2
x=1; [ 1 = 2 ] && x=2; go $x
x=1; grep -q a b && x=2; go $x
x=1; if false; then x=2; fi; go $x
x=ab; go ${x/#a/c}
x=ab; go ${x/%b/c}
x=a/b; go ${x////_}
go ${x:="8"}
go $((16#ff))
go $((010))
go $[1+1]
go $'a\tb'
go ~/data
go d=~/data
D=~/data; go $D
L=(8 16); L[1]=32; go ${L[@]}
L=([0]=8 [2]=16); go ${L[@]}
L=(8 16); unset 'L[0]'; go ${L[@]}
L=(1 2); L+=3; go ${L[@]}
L=(1 2); L=8; go ${L[@]}
declare -A M=([a]=1); go ${M[a]}
declare -i n; n=2+3; go $n
r=8; unset r; go x$r
r=8; let r=r*2; go $r
r=8; let "r *= 2"; go $r
r=8; (( r *= 2 )); go $r
r=8; ((++r)); go $r
r=8; : $((r*=2)); go $r
r=8; go $((r++)) $r
r=8; printf -v r 16; go $r
r=8; f() { r=16; }; f; go $r
r=8; function f { r=16; }; f; go $r
f() { go $1; }; f 8
go() { :; }; go 1
i=0; while [ $i -lt 2 ]; do i=$((i+1)); done; go $i
L=8,16; IFS=,; for x in $L; do go $x; done
touch a.json; for f in *.json; do go $f; done
touch a.json; L=(*.json); go ${L[@]}
go <(echo a)
echo r=16 > env.sh; r=8; source ./env.sh; go $r
echo r=16 > env.sh; r=8; . ./env.sh; go $r
r=8; bash -c 'go $r'
printf '%s\n' 8 16 | xargs -I{} go {} b
echo go 1 2 | bash
ssh host "go 1 2"
A="a=1 o=$U b=2"; go $A
A=(a=1 o=$U b=2); go "${A[@]}"
"""


@pytest.mark.parametrize("script", ALIKE.replace("\\\n", "\0").strip().split("\n"))
def test_what_bash_runs_is_read(script: str, tmp_path: Path) -> None:
    script = script.replace("\0", "\\\n") + "\n"
    assert read(script) == (ran(script, tmp_path), True)


@pytest.mark.parametrize("script", TOLD.strip().split("\n"))
def test_what_is_not_followed_is_told(script: str) -> None:
    assert not read(script)[1]


def test_what_is_not_known_of_a_list_leaves_the_rest_of_it() -> None:
    (found,) = follow('A=(a=1 o=$U b=2); go "${A[@]}"', lambda words: "go" in words).commands
    assert [isinstance(word, Unknown) for word in found.words] == [False, False, True, False]


@pytest.mark.parametrize("quoted", ["", "'"])
def test_a_script_that_is_typed_in_is_filled_as_bash_fills_it(quoted: str, tmp_path: Path) -> None:
    text = 'A=(a=1 "b c"); r=8; s=9; export s\nfor r in 1 2; do bash <<QEQ\n'
    text += 'go "${A[@]}" $r \\$s x\nE\ndone\n'
    script = text.replace("Q", quoted)
    made, is_known = read(script)
    assert made == ran(script, tmp_path) or not is_known
    assert is_known is not bool(quoted)
