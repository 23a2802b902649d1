// The pictures of the documents, made anew and compared: roughly, since fonts differ between machines. What a page
// says is compared to the letter, by a text beside: two pages of the same parts are the same picture, roughly.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { DESK, PHONE, scene } from "./shop.mjs";
import { finance, order, toTheBank, turns } from "./steps.mjs";

const FOLDER = new URL("../../docs/pictures/", import.meta.url);
const TEXTS = new URL("texts/", import.meta.url);
const LARGEST = 150_000;
/// Of 255, over a grid of 32 by 32. Two pages of the shop differ by 6 or more, unless they have the same parts: of
/// those it is the text that tells.
const DIFFERENCE = 5;

/// The mean difference of two pictures of which each is drawn as a small grid.
const differ = (page, ...pictures) =>
  page.evaluate(async (pictures) => {
    const SIDE = 32;
    const grids = await Promise.all(
      pictures.map(async (picture) => {
        const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]), { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "high" });
        const canvas = new OffscreenCanvas(SIDE, SIDE).getContext("2d");
        canvas.drawImage(bitmap, 0, 0);
        return canvas.getImageData(0, 0, SIDE, SIDE).data;
      }),
    );
    const differences = grids[0].map((value, i) => Math.abs(value - grids[1][i]));
    return differences.reduce((sum, value) => sum + value, 0) / differences.length;
  }, pictures.map((picture) => picture.toString("base64")));

/// What a page says, without what is another with each run: an order's reference, a day.
async function said(page) {
  const text = await page.locator("body").innerText();
  const same = text.replace(/\b[2-9A-HJ-NP-Z]{12}\b/g, "(reference)").replace(/\b\d{4}-\d\d-\d\d\b/g, "(day)");
  const lines = same.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  return `${lines.filter(Boolean).join("\n")}\n`;
}

async function picture(page, context, name) {
  const text = await said(page);
  // The wheel of a page that waits stands still.
  const taken = await page.screenshot({ animations: "disabled", caret: "hide" });
  const file = new URL(`${name}.png`, FOLDER);
  if (process.env.INBANK_PICTURES === "update") {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(file, taken);
    await mkdir(TEXTS, { recursive: true });
    await writeFile(new URL(`${name}.txt`, TEXTS), text);
  }
  const keptText = await readFile(new URL(`${name}.txt`, TEXTS), "utf8");
  assert.equal(text, keptText, `${name} says something else: cargo xtask browser --update takes it anew`);
  const kept = await readFile(file);
  assert(kept.length < LARGEST, `${name} has ${kept.length} bytes`);
  const size = (png) => [png.readUInt32BE(16), png.readUInt32BE(20)];
  assert.deepEqual(size(taken), size(kept), `${name} has another size: cargo xtask browser --update takes it anew`);
  const blank = await context.newPage();
  const difference = await differ(blank, taken, kept);
  await blank.close();
  assert(difference < DIFFERENCE, `${name} differs by ${difference}: cargo xtask browser --update takes it anew`);
}

const test = scene();

test("the shop's pages on a desk", { viewport: DESK }, async ({ page, context, url }) => {
  await page.goto(url);
  await picture(page, context, "shop");
  await page.goto(`${url}/products/espresso`);
  await picture(page, context, "product");
  await order(page, url, "tablet");
  await picture(page, context, "checkout");
  await toTheBank(page, url, "espresso", "instalments");
  await picture(page, context, "bank");
  await finance(page);
  await turns(page, "paid");
  await picture(page, context, "paid");
  await toTheBank(page, url, "tablet", "rent");
  await finance(page);
  await turns(page, "awaits_merchant");
  await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turns(page, "awaits_merchant");
  await picture(page, context, "waiting");
  await page.goto(`${url}/office`);
  await picture(page, context, "office");
});

test("the shop's pages on a phone, in the dark", { viewport: PHONE, colorScheme: "dark" }, async ({ page, context, url }) => {
  await page.goto(`${url}/products/chair`);
  await picture(page, context, "product-phone-dark");
  await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turns(page, "awaits_merchant");
  await picture(page, context, "waiting-phone-dark");
});
