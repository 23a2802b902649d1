// What is installed for these tests, by `cargo xtask browser`, outside of the sources.
import { createRequire } from "node:module";

const installed = createRequire(process.env.INBANK_BROWSER_MODULES + "/package.json");
export const { chromium } = installed("playwright-core");
export const { AxeBuilder } = installed("@axe-core/playwright");
