"""The console as people use it, in Chromium: by keyboard, on narrow screens, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support.browser import chromium, served
from support.console_people import shop
from support.console_pictures import take_pictures
from support.local_people import PASSWORD, Person
from support.source_tree import ROOT

from cognito_srp.local import LocalCognito, LocalPool

pytestmark = pytest.mark.long

#: What takes the keyboard's focus, as far as it is shown.
CONTROLS = """() => [...document.querySelectorAll(
    'a, button, input, select, summary, [tabindex="0"]'
  )].filter((element) => element.checkVisibility())"""
#: Of every text that is shown: the contrast with what is behind it, and the text.
CONTRASTS = """() => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [dark, bright] = [light(getComputedStyle(element).color), light(behind(element))]
      .sort((one, other) => one - other);
    found.push([(bright + 0.05) / (dark + 0.05), texts.currentNode.data]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def cognito() -> Iterator[LocalCognito]:
    with LocalCognito() as started:
        yield started


@pytest.fixture
def pool(cognito: LocalCognito) -> LocalPool:
    return shop(cognito)


@pytest.fixture
def problems() -> list[str]:
    """What has gone wrong in the page; a test ends with none."""
    return []


@pytest.fixture
def opened(
    browser: Any, cognito: LocalCognito, pool: LocalPool, problems: list[str]
) -> Iterator[Any]:
    """The console."""
    page = browser.new_page()
    page.on("console", lambda message: problems.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(f"{request.url} failed"))
    page.goto(cognito.endpoint_url)
    page.get_by_text("connected", exact=True).wait_for()
    yield page
    page.close()
    assert problems == []


def tab_to(page: Any, selector: str) -> Any:
    """Presses Tab until an element has the focus, as someone without a mouse does."""
    wanted = page.locator(selector)
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return wanted
    raise AssertionError(f"Tab does not lead to {selector}")


def test_what_happens_appears_by_itself(
    opened: Any, cognito: LocalCognito, pool: LocalPool
) -> None:
    calls, codes = opened.locator("#call-rows"), opened.locator("#message-rows")
    assert "NotAuthorizedException" in calls.inner_text()
    assert cognito.emails("sue")[-1].code in codes.inner_text()
    cognito.client().forgot_password(ClientId=pool.client_id, Username="ann")
    codes.get_by_text("ann@example.com").wait_for()
    calls.get_by_text("ForgotPassword").wait_for()
    pool.create_user("zoë", PASSWORD)
    opened.get_by_text("zoë").wait_for()
    opened.locator("#refused-only").check()
    assert "ForgotPassword" not in calls.inner_text()
    assert "PASSWORD_VERIFIER" in calls.inner_text()


def test_faults_are_switched_by_keyboard(
    opened: Any, cognito: LocalCognito, pool: LocalPool
) -> None:
    cognito.faults.clear()
    tab_to(opened, "#fault-kind")
    opened.keyboard.type("internal")
    tab_to(opened, "#fault-operation")
    opened.keyboard.type("ListDevices")
    opened.keyboard.press("Enter")
    rule = "internal-error, for ListDevices, 1 times at most: 0 of 0 calls so far"
    opened.get_by_text(rule).wait_for()
    once = cognito.client(config=Config(retries={"total_max_attempts": 1}))
    person = Person(once, pool, "ann")
    token = person.tokens()["AccessToken"]
    with pytest.raises(ClientError, match="InternalErrorException"):
        once.list_devices(AccessToken=token)
    opened.get_by_text("fault: internal-error").wait_for()
    cognito.fail_next("GetUser", times=2)
    opened.get_by_text("for GetUser").wait_for()
    tab_to(opened, "#clear-faults")
    opened.keyboard.press("Space")
    opened.get_by_text("No fault is waiting to strike.").wait_for()
    assert person.client.get_user(AccessToken=token)["Username"] == "ann"


def test_the_clock_is_moved_by_keyboard(opened: Any, cognito: LocalCognito) -> None:
    tab_to(opened, "[data-advance='3600']")
    opened.keyboard.press("Enter")
    opened.get_by_text("3600 s ahead of this machine").wait_for()
    assert cognito.clock.offset == pytest.approx(3600)
    tab_to(opened, "[data-advance='0']")
    opened.keyboard.press("Space")
    opened.locator("#offset", has_not_text="ahead").wait_for(state="attached")
    assert cognito.clock.offset == 0


def test_a_reset_asks_once_more(opened: Any, cognito: LocalCognito) -> None:
    opened.locator("#reset").click()
    assert cognito.find_pool("shop") is not None
    opened.get_by_role("button", name="Keep everything").click()
    opened.get_by_role("button", name="Reset").click()
    opened.get_by_role("button", name="Yes, reset everything").click()
    opened.get_by_text("No pools yet").wait_for()
    assert cognito.find_pool("shop") is None


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(opened: Any) -> None:
    opened.locator("#pause").click()  # nothing moves meanwhile
    opened.evaluate("document.activeElement.blur()")
    controls = opened.evaluate(f"({CONTROLS})().length")
    opened.evaluate(f"window.left = new Set(({CONTROLS})())")
    for _ in range(controls + 2):
        opened.keyboard.press("Tab")
        seen = opened.evaluate(
            "() => { const at = document.activeElement; window.left.delete(at);"
            " return at === document.body || getComputedStyle(at).outlineStyle !== 'none'; }"
        )
        assert seen
    assert opened.evaluate("[...window.left].map((element) => element.outerHTML)") == []


def test_every_control_has_a_name(opened: Any) -> None:
    """Which a screen reader says."""
    opened.get_by_label("What happens").select_option("delay")
    nameless = """() => [...document.querySelectorAll('button, input, select, summary, a')]
      .filter((one) => !((one.labels && one.labels.length) || one.textContent.trim()))
      .map((one) => one.outerHTML)"""
    assert opened.evaluate(nameless) == []
    for name in ("Calls", "Codes and messages", "Faults", "Clock", "Pools, users and devices"):
        assert opened.get_by_role("region", name=name).first.is_visible(), name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_screens_in_light_and_dark(
    opened: Any, cognito: LocalCognito, pool: LocalPool, scheme: str
) -> None:
    pool.create_user("a-very-long-name-" * 7, PASSWORD)
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened.set_viewport_size({"width": 400, "height": 800})
    opened.get_by_text("a-very-long-name-").first.wait_for()
    for summary in opened.locator("details:not(.pool) > summary").all():
        summary.click()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 400
    contrasts = opened.evaluate(CONTRASTS)
    assert len(contrasts) > 100
    assert [text for contrast, text in contrasts if contrast < 4.5] == []
    bright = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, bright[4:-1].split(","))) > 384) == (scheme == "light")


def test_its_policy_lets_no_foreign_script_in(opened: Any, problems: list[str]) -> None:
    """What an inserted text could bring along, if it were ever taken for HTML."""
    blocked = opened.evaluate(
        """() => new Promise((resolve) => {
          addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'window.taken = true';
          document.body.append(script);
        })"""
    )
    assert blocked == "script-src-elem"
    assert opened.evaluate("window.taken") is None
    [problem] = problems
    assert "Content Security Policy" in problem
    problems.clear()


def test_no_page_can_frame_it(browser: Any, cognito: LocalCognito, tmp_path: Path) -> None:
    """Nor lead somebody's clicks to its buttons."""
    (tmp_path / "index.html").write_text(f"<iframe src='{cognito.endpoint_url}/'></iframe>")
    with served(tmp_path) as address:
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(address)
        page.wait_for_timeout(500)
        assert any("frame-ancestors" in text for text in said), said
        assert page.frames[1].locator("h1", has_text="Local Cognito").count() == 0
        page.close()


def test_its_pictures_are_small_and_shown(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="the extra [release] is not installed")
    take_pictures(browser, tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {path.name for path in (ROOT / "docs").glob("console*.png")}
    document = (ROOT / "docs" / "local-cognito.md").read_text()
    for name in made:
        assert (tmp_path / name).stat().st_size < 100_000
        assert f"({name})" in document
