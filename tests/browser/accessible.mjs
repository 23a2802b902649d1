import assert from "node:assert/strict";
import { AxeBuilder } from "./modules.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// What axe finds, and whether there is something to scroll sideways.
export async function findings(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  const [scrollWidth, clientWidth] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  if (scrollWidth > clientWidth) found.push(`scrolls sideways: ${scrollWidth} in ${clientWidth}`);
  return found;
}

/// Nothing of that.
export const check = async (page, what) => assert.deepEqual(await findings(page), [], what);
