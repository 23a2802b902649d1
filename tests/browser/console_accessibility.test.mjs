// Every page of the console, judged by axe: on a desk and a phone, in the light and in the dark, at 320 pixels.
import assert from "node:assert/strict";
import { findings } from "./accessible.mjs";
import { furnish, PAGES, visit } from "./console_pages.mjs";
import { asks, order, signIn } from "./console_steps.mjs";
import { paid, scene } from "./service.mjs";
import { DESK, PHONE } from "./shop.mjs";

const test = scene();
let furnished;

for (const [where, viewport] of Object.entries({ "on a desk": DESK, "on a phone of 360 pixels": PHONE, "at 320 pixels": { width: 320, height: 640 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${where}, in the ${colorScheme}, every page is accessible`, { viewport, colorScheme, expected: [/401|403|404|409|422/] }, async ({ page, console, ...service }) => {
      await (furnished ??= furnish(service));
      const found = {};
      const also = async (what) => {
        const here = await findings(page);
        if (here.length) found[what] = here;
      };
      await visit(page, console, also);
      // What is folded up, what can't be done, what is wrong.
      await page.goto(`${console}/?period=month`);
      await page.getByText("Figures as of").waitFor();
      for (const summary of await page.locator("main summary").all()) await summary.click();
      await also("tables of the charts");
      await page.goto(`${console}/orders?from=nonsense&needs_person=1&status=paid`);
      await page.getByRole("alert").waitFor();
      await also("a filter that is wrong");
      await page.goto(console + order("1001"));
      await page.getByText("Not possible now").click();
      await also("a paid order");
      await page.goto(console + asks("approve", "1002"));
      await also("what can't be decided");
      await page.goto(console + asks("seen_to", "1003"));
      await also("seen to");
      await page.goto(`${console}/nothing`);
      await also("no page");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.locator("#token").fill("nobody's");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      await also("a wrong token");
      // So that the next ones may sign in: a right token takes the wrong one's place.
      await signIn(page, console, "reader");
      await page.goto(console + order("1004"));
      await also("an order that is only shown");
      assert.deepEqual(found, {});
    });
  }
}

/// What of a page a narrow screen does not show: all of it where it is wider than the screen, and tables that are cut off.
const cutOff = (page) =>
  page.evaluate(() => {
    const wider = (element) => element.scrollWidth > element.clientWidth;
    const tables = [...document.querySelectorAll(".scroll:has(.stack)")].filter(wider);
    const names = tables.map((table) => table.getAttribute("aria-label"));
    return wider(document.documentElement) ? ["the page", ...names] : names;
  });

test("at 320 and 768 pixels nothing is cut off, however long a reference or a reason is", { viewport: { width: 320, height: 640 } }, async ({ page, console, ...service }) => {
  await (furnished ??= furnish(service));
  const long = "x".repeat(64);
  await paid(service, long);
  await signIn(page, console);
  await page.goto(console + asks("refresh", long));
  await page.locator("#reason").fill("y".repeat(300));
  await page.locator("#do").click();
  await page.getByText("The bank was read just now.").waitFor();
  const found = {};
  for (const width of [768, 320]) {
    await page.setViewportSize({ width, height: 640 });
    for (const [name, [path]] of [...Object.entries(PAGES), ["a long reference", [order(long)]]]) {
      await page.goto(console + path);
      const off = await cutOff(page);
      if (off.length) found[`${name} at ${width}`] = off;
    }
  }
  assert.deepEqual(found, {});
  // The graph is drawn otherwise.
  await page.locator(".way .here", { hasText: "completed" }).waitFor();
  assert.equal(await page.locator(".drawn").first().isVisible(), false);
});
