import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gql } from 'graphql-tag';
import { Webhook } from 'standardwebhooks';
import { type PlacedOrder, SECRET, Shop } from './shop';

let shop: Shop;

before(async () => {
    shop = await Shop.open();
});
after(async () => {
    await shop?.stop();
});

/** How often a payment went into a state, by the order's history. */
function times(order: PlacedOrder, state: string): number {
    const went = order.history.items.filter(
        (entry) => entry.type === 'ORDER_PAYMENT_TRANSITION' && entry.data['to'] === state,
    );
    return went.length;
}

/** How many notes administrators were left. */
function notes(order: PlacedOrder): number {
    return order.history.items.filter((entry) => entry.type === 'ORDER_NOTE').length;
}

test('an order is paid, and settled once though its webhook comes twice', async () => {
    const code = await shop.cart();
    const { redirectUrl, status } = await shop.pay();
    assert.match(redirectUrl ?? '', /^http/);
    assert.equal(status, 'open');
    assert.equal((await shop.order(code)).state, 'ArrangingPayment');

    await shop.service.customer('completed', code);
    assert.deepEqual((await shop.relay.delivered(code, 'paid')).statuses, [200, 200]);

    const order = await shop.order(code);
    assert.equal(order.state, 'PaymentSettled');
    assert.equal(order.payments.length, 1);
    assert.equal(order.payments[0]?.amount, order.totalWithTax);
    assert.equal(order.payments[0]?.transactionId, `${code}/1`);
    assert.equal(times(order, 'Settled'), 1);
});

test('a declined order can be tried again', async () => {
    const code = await shop.cart();
    const first = await shop.pay();
    await shop.service.customer('declined', code);
    assert.deepEqual((await shop.relay.delivered(code, 'not_paid')).statuses, [200, 200]);

    const declined = await shop.order(code);
    assert.equal(declined.state, 'ArrangingPayment');
    assert.deepEqual(declined.payments.map((payment) => payment.state), ['Declined']);
    assert.equal(declined.payments[0]?.errorMessage, 'declined');

    const second = await shop.pay();
    assert.notEqual(second.redirectUrl, first.redirectUrl);
    await shop.service.customer('completed', code);
    await shop.relay.delivered(code, 'paid');
    const paid = await shop.order(code);
    assert.equal(paid.state, 'PaymentSettled');
    assert.deepEqual(paid.payments.map((payment) => payment.state).sort(), ['Declined', 'Settled']);
});

test('a double click opens one attempt, which is paid', async () => {
    const code = await shop.cart();
    const clicks = await Promise.all([shop.pay(), shop.pay()]);
    assert.match(clicks[0].redirectUrl ?? '', /^http/);
    assert.equal(clicks[0].redirectUrl, clicks[1].redirectUrl);

    await shop.service.customer('completed', code);
    await shop.relay.delivered(code, 'paid');
    const order = await shop.order(code);
    assert.equal(order.state, 'PaymentSettled');
    assert.deepEqual(order.payments.map((payment) => payment.transactionId), [`${code}/1`]);
});

test('an administrator approves, and the payment is settled when the bank says so', async () => {
    const code = await shop.cart();
    await shop.pay('inbank-approval');
    await shop.service.customer('granted', code);
    assert.deepEqual((await shop.relay.delivered(code, 'awaits_merchant')).statuses, [200, 200]);
    const granted = await shop.order(code);
    assert.equal(granted.state, 'PaymentAuthorized');
    assert.deepEqual(granted.payments.map((payment) => payment.state), ['Authorized']);

    assert.equal(await shop.decide('settlePayment', granted.payments[0]!), 'SettlePaymentError');
    assert.deepEqual((await shop.order(code)).payments.map((payment) => payment.state), ['Approving']);

    assert.deepEqual((await shop.relay.delivered(code, 'paid')).statuses, [200, 200]);
    const paid = await shop.order(code);
    assert.equal(paid.state, 'PaymentSettled');
    assert.deepEqual(paid.payments.map((payment) => [payment.state, payment.errorMessage]), [['Settled', null]]);
    assert.equal(times(paid, 'Settled'), 1);
});

test('an administrator cancels, and the payment is cancelled when the bank says so', async () => {
    const code = await shop.cart();
    await shop.pay('inbank-approval');
    await shop.service.customer('granted', code);
    await shop.relay.delivered(code, 'awaits_merchant');
    const granted = await shop.order(code);

    assert.equal(await shop.decide('cancelPayment', granted.payments[0]!), 'CancelPaymentError');
    assert.deepEqual((await shop.order(code)).payments.map((payment) => payment.state), ['Cancelling']);

    await shop.relay.delivered(code, 'not_paid');
    const cancelled = await shop.order(code);
    assert.deepEqual(cancelled.payments.map((payment) => payment.state), ['Cancelled']);
    assert.equal(times(cancelled, 'Cancelled'), 1);
});

test('approving what is settled does nothing more', async () => {
    const code = await shop.cart();
    await shop.pay();
    await shop.service.customer('completed', code);
    await shop.relay.delivered(code, 'paid');
    const paid = await shop.order(code);
    assert.equal(await shop.decide('settlePayment', paid.payments[0]!), 'Payment');
    assert.equal(times(await shop.order(code), 'Settled'), 1);
});

test('a cart that the product does not have is not sent to the bank', async () => {
    await shop.cart('CAR');
    const answer = await shop.pay();
    assert.match(answer.message ?? '', /^Up to /);
});

test('a customer cannot make a payment without the bank', async () => {
    const code = await shop.cart();
    await shop.pay();
    const made = shop.customer.query(
        gql`
            mutation ($metadata: JSON!) {
                addPaymentToOrder(input: { method: "inbank", metadata: $metadata }) {
                    __typename
                }
            }
        `,
        { metadata: { inbank: { kind: 'paid', amount: '504.90', currency: 'EUR', attempt: 1 } } },
    );
    await assert.rejects(made);
    assert.deepEqual((await shop.order(code)).payments, []);
});

/** What anybody could send to the webhook's address. */
async function post(body: string, secret: string, at = new Date(), id = 'e/1'): Promise<number> {
    const answer = await fetch(shop.url, {
        method: 'POST',
        headers: {
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': new Webhook(secret).sign(id, at, body),
        },
        body,
    });
    return answer.status;
}

function told(reference: string, kind: string): string {
    const data = { shop: shop.service.shop, reference, number: 1, kind, status: kind, attempt: 1 };
    return JSON.stringify({ type: `order.${kind}`, data: { ...data, amount: '504.90', currency: 'EUR' } });
}

test('a webhook that the service has not signed is refused', async () => {
    const code = await shop.cart();
    await shop.pay();
    const other = `whsec_${Buffer.from('a secret of somebody else').toString('base64')}`;
    assert.equal(await post(told(code, 'paid'), other), 401);
    assert.equal(await post(told(code, 'paid'), SECRET, new Date(Date.now() - 3_600_000)), 401);
    assert.deepEqual((await shop.order(code)).payments, []);
});

test('a webhook of no matter here is answered, or it would come for days', async () => {
    assert.equal(await post(told('ANOTHER', 'paid'), SECRET), 200);
    assert.equal(await post('{"type":"shop.changed","data":{}}', SECRET), 200);
    const code = await shop.cart();
    assert.equal(await post(told(code, 'invented'), SECRET), 200);
    assert.deepEqual((await shop.order(code)).payments, []);
});

test('an amount in another currency is left to a person', async () => {
    const code = await shop.cart();
    await shop.pay();
    const body = told(code, 'paid').replace('"EUR"', '"PLN"');
    assert.equal(await post(body, SECRET, new Date(), 'e/2'), 200);
    const order = await shop.order(code);
    assert.deepEqual(order.payments, []);
    assert.equal(notes(order), 1);
});

test('what a person should look at is noted once though its webhook comes twice', async () => {
    const code = await shop.cart();
    for (const _copy of [1, 2]) {
        assert.equal(await post(told(code, 'needs_person'), SECRET, new Date(), 'e/3'), 200);
    }
    assert.equal(notes(await shop.order(code)), 1);
});
