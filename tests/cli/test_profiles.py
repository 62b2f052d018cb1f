"""Profiles are kept for their owner alone, read as they were written, and refused with what to do."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rosetta.errors import MissingSetting
from rosetta.profiles import NAME, Profile, Profiles, file_of, load, save, written
from rosetta.texts import quoted

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PROFILE = st.builds(Profile, url=TEXT, token=st.none() | TEXT)
ONE = Profiles({"prod": Profile("https://registry.example", "secret")}, "prod")


@st.composite
def any_profiles(draw: st.DrawFn) -> Profiles:
    known = draw(st.dictionaries(st.from_regex(NAME, fullmatch=True), PROFILE, max_size=4))
    return Profiles(known, draw(st.sampled_from([None, *known])))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the file is another each time
@given(any_profiles())
def test_profiles_are_read_as_they_were_written(config: Path, profiles: Profiles) -> None:
    file = config / "config.toml"
    file.touch(0o600)
    file.write_text(written(profiles), "utf-8")

    assert load(file) == profiles


@given(TEXT)
def test_a_text_is_the_same_in_toml_and_in_yaml(text: str) -> None:
    assert tomllib.loads(f"it = {quoted(text)}") == {"it": text}
    assert yaml.safe_load(f"it: {quoted(text)}") == {"it": text}


def test_what_is_saved_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "rosetta" / "config.toml"
    before = os.umask(0)
    try:
        save(file, ONE)
    finally:
        os.umask(before)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["config.toml"]
    assert load(file) == ONE


def test_what_cannot_be_saved_leaves_what_there_was(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    save(file, ONE)

    with pytest.raises(UnicodeEncodeError):
        save(file, Profiles({"\ud800": Profile("https://other.example", "secret")}))

    assert load(file) == ONE
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.symlink_to(tmp_path / "elsewhere.toml")

    save(file, ONE)

    assert file.is_symlink()
    assert load(tmp_path / "elsewhere.toml") == ONE


def test_the_last_profile_takes_the_file_with_it(tmp_path: Path) -> None:
    save(tmp_path / "config.toml", ONE)
    save(tmp_path / "config.toml", ONE.without("prod"))
    save(tmp_path / "config.toml", ONE.without("prod"))

    assert list(tmp_path.iterdir()) == []
    assert load(tmp_path / "config.toml") == Profiles()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "my config.toml"
    save(file, ONE)
    file.chmod(mode)

    with pytest.raises(MissingSetting) as caught:
        load(file)

    assert caught.value.message == f"{file} is readable by others: run chmod 600 '{file}'"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'default = "prod"\n[profiles\n', "(at line 2, column 10)"),
        (b"# \xc3\xa9\n# \xff\n", "line 2 is not UTF-8"),
        (b'defualt = "prod"\n', "the file has the unknown key 'defualt'; valid keys are default, profiles"),
        (b'default = "prod"\n', "default does not name a profile"),
        (b"default = []\n", "default does not name a profile"),
        (b"profiles = 7\n", "profiles is not a table"),
        (b"profiles.prod = 7\n", "profiles has 'prod', which is not a profile"),
        (b'profiles."a b" = {url = "u", token = "t"}\n', "profiles has 'a b', which is not a profile"),
        (b'profiles.prod = {token = "t"}\n', "profile prod has no url, or it is not a string"),
        (b'profiles.prod = {url = "u"}\n', "profile prod needs either a token (a string) or keyring = true"),
        (b'profiles.prod = {url = "u", token = "t", keyring = true}\n', "profile prod needs either a token"),
        (
            b'profiles.prod = {url = "u", tokn = "t"}\n',
            "profile prod has the unknown key 'tokn'; valid keys are keyring, token, url",
        ),
    ],
    ids=[
        *(
            "toml",
            "utf-8",
            "key",
            "default",
            "no-name",
            "profiles",
            "profile",
            "name",
            "no-url",
            "no-token",
            "two-tokens",
        ),
        "profile-key",
    ],
)
def test_a_broken_file_says_where_and_what_to_do(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "config.toml"
    file.touch(0o600)
    file.write_bytes(content)

    with pytest.raises(MissingSetting) as caught:
        load(file)

    assert caught.value.message.startswith(f"{file}: ")
    assert reason in caught.value.message
    assert caught.value.message.endswith(": fix it, or remove it and run `rosetta login`")


@pytest.mark.parametrize(
    ("environ", "file"),
    [
        ({"XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "/c/rosetta/config.toml"),
        ({"XDG_CONFIG_HOME": "c", "HOME": "/h"}, "/h/.config/rosetta/config.toml"),
        ({}, "/.config/rosetta/config.toml"),
    ],
    ids=["xdg", "home", "nothing"],
)
def test_the_file_is_where_xdg_has_it(environ: dict[str, str], file: str) -> None:
    assert file_of(environ) == Path(file)


def test_a_profile_is_chosen_by_its_name_or_is_the_default_or_the_only_one() -> None:
    other = Profile("https://other.example", None)
    both = ONE.including("other", other, is_default=False)

    assert (Profiles().chosen(None), ONE.without("prod").default) == (None, None)
    assert (both.chosen(None), both.chosen("other")) == ("prod", "other")
    assert ONE.including("other", other, is_default=True).chosen(None) == "other"
    assert both.without("prod").chosen(None) == "other"
    assert Profiles().including("first", other, is_default=False).default == "first"


def test_a_profile_that_is_not_there_or_not_chosen_is_said() -> None:
    both = Profiles({"b": Profile("u", "t"), "a": Profile("u", "t")})

    with pytest.raises(MissingSetting, match="no profile c: create it with `rosetta login --profile c`"):
        both.chosen("c")
    with pytest.raises(MissingSetting, match="choose a profile with --profile or ROSETTA_PROFILE: a, b"):
        both.chosen(None)
