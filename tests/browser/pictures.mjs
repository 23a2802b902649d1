// The pictures of the documents, made anew and compared: roughly, since fonts differ between machines. What a page
// says is compared to the letter, by a text beside: two pages of the same parts are the same picture, roughly.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";

const FOLDER = new URL("../../docs/pictures/", import.meta.url);
const TEXTS = new URL("texts/", import.meta.url);
const LARGEST = 150_000;
/// Of 255, over a grid of 32 by 32. Two pages of the shop differ by 6 or more, unless they have the same parts: of
/// those it is the text that tells.
const DIFFERENCE = 5;

/// The mean difference of two pictures of which each is drawn as a small grid; none where they differ in size.
const differ = (page, ...pictures) =>
  page.evaluate(async (pictures) => {
    const SIDE = 32;
    const wholes = await Promise.all(
      pictures.map((picture) => createImageBitmap(new Blob([Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))]))),
    );
    const [one, other] = wholes;
    if (one.width !== other.width || one.height !== other.height) return null;
    const grids = await Promise.all(
      wholes.map(async (whole) => {
        const bitmap = await createImageBitmap(whole, { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "high" });
        const canvas = new OffscreenCanvas(SIDE, SIDE).getContext("2d");
        canvas.drawImage(bitmap, 0, 0);
        return canvas.getImageData(0, 0, SIDE, SIDE).data;
      }),
    );
    const differences = grids[0].map((value, i) => Math.abs(value - grids[1][i]));
    return differences.reduce((sum, value) => sum + value, 0) / differences.length;
  }, pictures.map((picture) => picture.toString("base64")));

/// What a page says, without what is another with each run: by pattern, and what stands in its place.
export async function said(page, changing, where = "body") {
  const text = (await page.locator(where).allInnerTexts()).join("\n");
  const same = changing.reduce((text, [pattern, instead]) => text.replace(pattern, instead), text);
  const lines = same.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  return `${lines.filter(Boolean).join("\n")}\n`;
}

/// Keeps a picture and what its page says, or compares both with what is kept.
export async function keep(context, name, taken, text, kind = "png") {
  const file = new URL(`${name}.${kind}`, FOLDER);
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
  const blank = await context.newPage();
  const difference = await differ(blank, taken, kept);
  await blank.close();
  assert(difference !== null, `${name} has another size: cargo xtask browser --update takes it anew`);
  assert(difference < DIFFERENCE, `${name} differs by ${difference}: cargo xtask browser --update takes it anew`);
}
