"""The whole way through the page in a real browser, as a person would go it.

    python journey.py --address URL --pictures FOLDER [--screenshots FOLDER]

URL is what `pulse serve` printed. FOLDER holds photo.png, a face larger than what is searched for as it is. Needs selenium, axe-selenium-python, Chromium and its driver.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from axe_selenium_python import Axe
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

OVER = ".choice-tile"


class Journey:
    def __init__(self, options):
        self.options = options
        self.steps = 0
        self.driver = browser(options.driver)
        self.emulate(1280, 900)

    # What a person does.

    def go(self):
        self.open_the_address()
        self.choose_an_example_by_keyboard()
        self.compare()
        self.keep()
        self.come_back()
        self.more_like_one()
        self.stop_another()
        self.choose_in_a_photograph()
        self.look_back()
        self.in_the_dark_and_small()
        self.in_chinese()
        self.delete()
        self.stay_outside()
        self.check_console()

    def open_the_address(self):
        self.driver.get(self.options.address)
        self.wait_for("#example")
        assert "token" not in self.driver.current_url, "the secret stays in the address"
        self.shot("start")
        self.axe("start")
        assert "stays on this computer" in self.text("main")

    def choose_an_example_by_keyboard(self):
        self.tab_to("example")
        self.press(Keys.ENTER)
        self.wait_for("#cancel", 30)
        self.wait_for(".tile progress")
        self.shot("watch")
        self.axe("watch")
        assert self.focused("id") == "heading", "the heading of a new view has the focus"
        self.wait_for(OVER, 120)
        self.job = self.driver.current_url
        tiles = self.all(OVER)
        assert len(tiles) == 4
        assert all(tile.get_attribute("aria-pressed") == "false" for tile in tiles), "none is chosen for anybody"
        self.shot("done")
        self.axe("done")

    def compare(self):
        self.driver.execute_script("arguments[0].focus()", self.all(OVER)[1])
        self.press(Keys.ENTER)
        slider = self.wait_for("#slider")
        assert self.focused("id") == "compare-title"
        before = slider.get_attribute("aria-valuetext")
        slider.send_keys(Keys.ARROW_RIGHT * 5)
        assert slider.get_attribute("aria-valuetext") != before and "your picture" in before
        for name in ("small", "difference", "input"):
            radio = self.find(f"input[name=other][value={name}]")
            radio.send_keys(Keys.SPACE)
            self.until(lambda: self.driver.execute_script(
                "const o = document.querySelector('.other'); return o.complete && o.naturalWidth > 0"))
        assert "half a grey level" in self.text(".facts") and "imagined" in self.text(".facts")
        self.axe("compare")
        self.shot("compare", whole=True)

    def keep(self):
        links = [link.get_attribute("href") for link in self.all(".keep a")]
        assert any("archive" in link for link in links) and any("overview" in link for link in links)
        for link in links:
            answer = self.driver.execute_async_script(
                "const [url, done] = arguments; fetch(url).then(async r => done([r.status, r.headers.get('content-disposition'), (await r.arrayBuffer()).byteLength]))",
                link)
            assert answer[0] == 200 and answer[1].startswith("attachment") and answer[2] > 1000, (link, answer)

    def come_back(self):
        order = [tile.get_attribute("data-number") for tile in self.all(OVER)]
        self.driver.refresh()
        self.wait_for(OVER)
        assert [tile.get_attribute("data-number") for tile in self.all(OVER)] == order, "the order stays"
        self.driver.switch_to.new_window("tab")
        self.driver.get(self.job)
        self.wait_for(OVER)
        self.driver.close()
        self.driver.switch_to.window(self.driver.window_handles[0])
        self.driver.back()
        self.wait_for("#example")
        self.driver.forward()
        self.wait_for(OVER)

    def more_like_one(self):
        self.all(OVER)[0].click()
        self.wait_for("#direction")
        self.find("#amount").send_keys(Keys.ARROW_RIGHT)
        self.find("#steer").click()
        self.until(lambda: self.driver.current_url != self.job)
        self.until(lambda: len(self.all(OVER)) == 1, 60)
        self.driver.get(self.job)
        self.wait_for(OVER)

    def stop_another(self):
        self.find("#more").click()
        self.wait_for("#cancel", 30).click()
        self.until(lambda: not self.all("#cancel"), 60)
        assert self.driver.current_url != self.job

    def choose_in_a_photograph(self):
        self.visit("/")
        self.wait_for("#file").send_keys(str(self.options.pictures / "photo.png"))
        self.wait_for(".stage .mark", 60)
        self.until(lambda: self.driver.execute_script("return document.querySelector('.stage img').naturalWidth > 0"))
        self.shot("choose")
        self.axe("choose")
        chosen = self.find("input[name=target]:checked").get_attribute("value")
        assert chosen == "face 1", chosen
        self.find("input[name=target][value=region]").send_keys(Keys.SPACE)
        region = self.find(".region")
        before = region.get_attribute("aria-label")
        region.send_keys(Keys.ARROW_RIGHT)
        region.send_keys(Keys.SHIFT + Keys.ARROW_DOWN)
        assert region.get_attribute("aria-label") != before
        self.driver.refresh()
        self.wait_for(".stage .mark", 30)
        self.find("input[name=target][value='face 1']").send_keys(Keys.SPACE)
        self.find("#go").click()
        self.wait_for("#cancel", 30)
        self.wait_for(OVER, 120)

    def look_back(self):
        self.find("#nav-history").click()
        self.wait_for(".jobs li")
        assert len(self.all(".jobs li")) == 4
        self.shot("history")
        self.axe("history")
        self.find("#days").clear()
        self.find("#days").send_keys("5")
        self.find(".settings button").click()
        self.until(lambda: self.all("#days") and self.find("#days").get_attribute("value") == "5")

    def in_the_dark_and_small(self):
        self.emulate(1280, 900, dark=True)
        self.driver.get(self.job)
        self.wait_for(OVER)
        self.all(OVER)[0].click()
        self.wait_for("#slider")
        self.shot("dark", whole=True)
        self.axe("dark")
        self.emulate(390, 844)
        self.driver.get(self.job)
        self.wait_for(OVER)
        self.all(OVER)[0].click()
        self.wait_for("#slider")
        width = self.driver.execute_script("return document.documentElement.scrollWidth")
        assert width <= 390, f"{width} pixels wide on a telephone"
        self.shot("telephone", whole=True)
        self.emulate(360, 740)
        for path in ("/", "/history"):
            self.visit(path)
            self.wait_for("h1")
            width = self.driver.execute_script("return document.documentElement.scrollWidth")
            assert width <= 360, f"{path} is {width} pixels wide"
        self.emulate(3840, 2160)
        self.driver.get(self.job)
        self.wait_for(OVER)
        self.shot("large")
        self.emulate(1280, 900)

    def in_chinese(self):
        self.visit("/")
        self.wait_for("#example")
        self.find("#language").click()
        self.until(lambda: "几个像素" in self.text("h1"))
        assert self.driver.execute_script("return document.documentElement.lang") == "zh"
        self.shot("chinese")
        self.find("#language").click()
        self.until(lambda: "pixels" in self.text("h1"))

    def delete(self):
        self.visit("/history")
        self.wait_for("#delete-all").click()
        self.driver.switch_to.alert.accept()
        self.until(lambda: "Nothing yet" in self.text("main"))
        self.driver.get(self.job)
        self.until(lambda: "not here any more" in self.text("main"))

    def stay_outside(self):
        self.driver.delete_all_cookies()
        self.visit("/history")
        self.wait_for("#secret").send_keys("wrong")
        self.find("form button").click()
        self.until(lambda: "not the secret" in self.text("main"))
        self.axe("door")
        self.find("#secret").clear()
        self.find("#secret").send_keys(self.options.address.split("#token=")[1])
        self.find("form button").click()
        self.until(lambda: "Nothing yet" in self.text("main"))

    def check_console(self):
        # What the browser itself says of answers of 401 and 404 that were meant to come is no fault.
        bad = [line for line in self.driver.get_log("browser") if line["level"] == "SEVERE"
               and not any(code in line["message"] for code in ("status of 401", "status of 404"))]
        assert not bad, bad

    # How it is done.

    def visit(self, path):
        self.driver.get(self.options.address.split("/#")[0] + path)

    def emulate(self, width, height, dark=False):
        self.size = (width, height)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.find(selector).text

    def until(self, condition, seconds=20):
        def holds(_):
            try:
                return condition()
            except Exception:  # the page is between two states
                return False
        return WebDriverWait(self.driver, seconds).until(holds)

    def wait_for(self, selector, seconds=20):
        self.until(lambda: self.all(selector), seconds)
        return self.find(selector)

    def press(self, key):
        ActionChains(self.driver).send_keys(key).perform()

    def focused(self, attribute):
        return self.driver.switch_to.active_element.get_attribute(attribute)

    def tab_to(self, identifier):
        for _ in range(30):
            self.press(Keys.TAB)
            if self.focused("id") == identifier:
                return
        raise AssertionError(f"the keyboard does not reach #{identifier}")

    def axe(self, name):
        axe = Axe(self.driver)
        axe.inject()
        found = axe.run()["violations"]
        assert not found, f"{name}:\n{axe.report(found)}"

    def shot(self, name, whole=False):
        self.steps += 1
        if not self.options.screenshots:
            return
        width, height = self.size
        if whole:
            height = self.driver.execute_script("return document.documentElement.scrollHeight")
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
            time.sleep(0.3)
        self.driver.save_screenshot(str(self.options.screenshots / f"{self.steps:02}-{name}.png"))
        if whole:
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                        {"width": width, "height": self.size[1], "deviceScaleFactor": 1, "mobile": False})


def browser(driver):
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("--driver", default="/usr/bin/chromedriver")
    options = parser.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    os.environ["SE_OFFLINE"] = "true"
    journey = Journey(options)
    started = time.time()
    try:
        journey.go()
    except BaseException:
        if options.screenshots:
            journey.driver.save_screenshot(str(options.screenshots / "failure.png"))
        raise
    finally:
        journey.driver.quit()
    print(f"the whole way through the page in {time.time() - started:.0f} s, {journey.steps} views looked at")


if __name__ == "__main__":
    sys.exit(main())
