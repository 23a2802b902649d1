// The console's pictures of the documents: each page on a desk and on a phone, above in the light and below in the dark.
import { furnish, visit } from "./console_pages.mjs";
import { keep, said } from "./pictures.mjs";
import { scene } from "./service.mjs";
import { DESK, PHONE } from "./shop.mjs";

/// What a page is made of. What it tells of times, identifiers and calls is another with each run.
const PARTS = "h1, h2, h3, label, legend, thead th, main dt, main .button, main button, .chips a, .advice, .do";

/// Pictures as one: each scaled to the same height, two in a row.
const montage = (page, pictures) =>
  page.evaluate(async (pictures) => {
    const HIGH = 480;
    const GAP = 12;
    const bitmaps = await Promise.all(
      pictures.map(async (picture) => {
        const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
        const whole = await createImageBitmap(new Blob([bytes]));
        const width = Math.round((whole.width * HIGH) / whole.height);
        return createImageBitmap(whole, { resizeWidth: width, resizeHeight: HIGH, resizeQuality: "high" });
      }),
    );
    const wide = bitmaps[0].width + bitmaps[1].width + 3 * GAP;
    const canvas = new OffscreenCanvas(wide, 2 * HIGH + 3 * GAP);
    const drawn = canvas.getContext("2d", { alpha: false });
    drawn.fillStyle = "#8c9096";
    drawn.fillRect(0, 0, canvas.width, canvas.height);
    bitmaps.forEach((bitmap, n) => {
      const left = n % 2 ? 2 * GAP + bitmaps[0].width : GAP;
      drawn.drawImage(bitmap, left, GAP + Math.floor(n / 2) * (HIGH + GAP));
    });
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  }, pictures.map((picture) => picture.toString("base64")));

const test = scene();

test("the console's pages", { viewport: DESK }, async ({ page, context, console, ...service }) => {
  await furnish(service);
  const blank = await context.newPage();
  await page.bringToFront();
  await visit(page, console, async (name, where) => {
    const text = await said(page, [], PARTS);
    const taken = [];
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const viewport of [DESK, PHONE]) {
        await page.setViewportSize(viewport);
        const to = (place) => place.scrollIntoView({ behavior: "instant" });
        if (where) await page.locator(where).evaluate(to);
        taken.push(await page.screenshot({ animations: "disabled", caret: "hide" }));
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(DESK);
    const whole = Buffer.from(await montage(blank, taken), "base64");
    await keep(context, `console-${name}`, whole, text, "webp");
  });
});
