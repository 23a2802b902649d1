// A shop, its sandbox and a browser.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "./modules.mjs";

export const PHONE = { width: 360, height: 780 };
export const DESK = { width: 1280, height: 900 };

/// Starts a command of `inbank` in a process of its own: what its ready line says, and how to stop it.
export async function launch(command, environment = {}) {
  const child = spawn(process.env.INBANK_PROGRAM, [...command, "--output", "json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  const ended = once(child, "exit");
  const [line] = await once(createInterface(child.stdout), "line");
  const stop = async () => {
    child.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 0, `${command[0]} ends well`);
  };
  return { ...JSON.parse(line), stop };
}

/// Opens `inbank shop`, or a sandbox alone.
export const open = (region = "estonia", what = "shop") =>
  launch([what, "--listen", "127.0.0.1:0", "--region", region]);

export async function browse() {
  // Whoever runs as root, as in a container, has no sandbox for a browser.
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  const env = { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL("fonts.conf", import.meta.url)) };
  return chromium.launch({ executablePath: process.env.INBANK_CHROMIUM, args, env });
}

/// A shop and a browser for the tests of a file.
export const scene = (region = "estonia") =>
  staged(async () => {
    const shop = await open(region);
    return { shop, url: shop.url, stop: shop.stop };
  });

/// Whatever is built, and a browser, for the tests of a file. Each test has a browser's profile of its own, and fails
/// where a page complains: a script's error, a breach of the Content-Security-Policy, a file that is not there.
export function staged(build) {
  const stage = {};
  before(async () => {
    const [built, browser] = await Promise.all([build(), browse()]);
    Object.assign(stage, built, { browser });
  });
  after(async () => {
    await stage.browser?.close();
    await stage.stop?.();
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
        await play({ ...stage, context, page: await context.newPage() });
      } finally {
        await context.close();
      }
      assert.deepEqual(complaints, [], "a page complains");
    });
}
