// A shop, its sandbox and a browser.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "./modules.mjs";

export const PHONE = { width: 360, height: 780 };
export const DESK = { width: 1280, height: 900 };

/// Opens `inbank shop`, or a sandbox alone, in a process of its own.
export async function open(region = "estonia", what = "shop") {
  const command = [what, "--listen", "127.0.0.1:0", "--region", region, "--output", "json"];
  const child = spawn(process.env.INBANK_PROGRAM, command, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = await once(createInterface(child.stdout), "line");
  const stop = async () => {
    child.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 0, "the shop ends well");
  };
  return { ...JSON.parse(line), stop };
}

export async function browse() {
  // Whoever runs as root, as in a container, has no sandbox for a browser.
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: process.env.INBANK_CHROMIUM, args });
}

/// A shop and a browser for the tests of a file. Each test has a browser's profile of its own, and fails where a
/// page complains: a script's error, a breach of the Content-Security-Policy, a file that is not there.
export function scene(region = "estonia") {
  const stage = {};
  before(async () => {
    [stage.shop, stage.browser] = await Promise.all([open(region), browse()]);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.shop?.stop();
  });
  return (name, options, play) =>
    test(name, { timeout: 90_000 }, async () => {
      if (!play) [options, play] = [{}, options];
      const { expected = [], ...profile } = options;
      const context = await stage.browser.newContext({ locale: "en-GB", viewport: DESK, ...profile });
      context.setDefaultTimeout(20_000);
      const complaints = [];
      const complain = (text) => {
        if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
      };
      context.on("console", (message) => message.type() === "error" && complain(message.text()));
      context.on("weberror", (error) => complain(String(error.error())));
      try {
        await play({ ...stage, context, page: await context.newPage(), url: stage.shop.url });
      } finally {
        await context.close();
      }
      assert.deepEqual(complaints, [], "a page complains");
    });
}
