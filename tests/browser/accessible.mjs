import assert from "node:assert/strict";
import { AxeBuilder } from "./modules.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// No finding of axe, and nothing to scroll sideways.
export async function check(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], what);
  const [scrollWidth, clientWidth] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  assert(scrollWidth <= clientWidth, `${what} scrolls sideways: ${scrollWidth} in ${clientWidth}`);
}
