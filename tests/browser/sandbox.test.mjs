// The sandbox's pages that the shop doesn't lead to: an account statement, a signature, a down payment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { check } from "./accessible.mjs";
import { browse, DESK, open, PHONE } from "./shop.mjs";

let bank, browser;
before(async () => {
  [bank, browser] = await Promise.all([open("estonia", "sandbox"), browse()]);
});
after(async () => {
  await browser?.close();
  await bank?.stop();
});

async function call(method, path, body) {
  const answer = await fetch(`${bank.base_url}/partner/v2/shops/${bank.shop}/${path}`, {
    method,
    headers: { authorization: `Bearer ${bank.api_key}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

/// Reads until it says so: the bank takes its time.
async function read(path, says) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const read = await call("GET", path);
    if (says(read)) return read;
  }
  throw new Error(`${path} never says so`);
}

async function applied(product, amount, more, decision) {
  const sent = await call("POST", "applications", {
    credit_application: { product_code: product, amount, period: "12", ...more },
    customer: { identity_code: "38808050001", first_name: "John", last_name: "Smith" },
    customer_contact: { mobile: "+37253630000", email: "test@test.com" },
  });
  await read(`applications/${sent.uuid}`, (shown) => shown.credit_application.decision_status === decision);
  return sent.uuid;
}

async function contracted(product, more = {}) {
  const id = await applied(product, "300", more, "positive");
  const accepted = await call("POST", `applications/${id}/accept`);
  const { uuid } = accepted.contract;
  await read(`contracts/${uuid}`, ({ contract }) => contract.status === "unsigned");
  return uuid;
}

for (const [name, profile] of Object.entries({
  "on a desk": { viewport: DESK },
  "at 320 pixels": { viewport: { width: 320, height: 640 } },
  "on a phone, in the dark": { viewport: PHONE, colorScheme: "dark" },
})) {
  test(`${name}, the pages of direct applications are accessible`, { timeout: 90_000 }, async () => {
    const context = await browser.newContext(profile);
    const page = await context.newPage();
    const complaints = [];
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    const visit = async (url, step) => {
      await page.goto(url);
      await page.locator(`main[data-step=${step}]`).waitFor();
      await check(page, step);
    };
    const proved = await applied("hire_purchase", "1500", {}, "income_proof_required");
    const retrieval = await call("POST", "account_statements/initiate_retrieval", {
      application_uuid: proved,
      return_url: `${bank.base_url}/`,
      bank_id: 24,
      locale: "en",
    });
    await visit(retrieval.redirect_url, "statement");
    await page.locator("#share-form button").click();
    await visit(retrieval.redirect_url, "statement-ended");

    const signed = await contracted("hire_purchase");
    const { signing } = await call("POST", `contracts/${signed}/signings`, { method: "redirect" });
    await visit(signing.redirect_url, "signing");
    await page.locator("#sign").click();
    await page.locator("main[data-step=signed]").waitFor();
    await check(page, "signed");

    const owed = await contracted("hire_purchase_down_payment", { down_payment_amount: "50" });
    await call("POST", `contracts/${owed}/signings`, { method: "digital" });
    const back = { return_url: `${bank.base_url}/?status={status}` };
    const { redirect_url } = await call("POST", `contracts/${owed}/payment_link`, back);
    await visit(redirect_url, "payment");
    await page.locator("#SUCCESS-form button").click();
    await visit(redirect_url, "payment-ended");
    await visit(`${bank.base_url}/`, "overview");
    await context.close();
    assert.deepEqual(complaints, []);
  });
}
