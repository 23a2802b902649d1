import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { SECRET, Shop } from './shop';

let shop: Shop;

before(async () => {
    shop = await Shop.open();
});
after(async () => {
    await shop?.stop();
});

async function post(body: string, secret: string, at = new Date()): Promise<number> {
    const answer = await fetch(shop.url, {
        method: 'POST',
        headers: {
            'content-type': 'application/json',
            'webhook-id': 'e/1',
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': new Webhook(secret).sign('e/1', at, body),
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
    const at = new Date();
    const answer = await fetch(shop.url, {
        method: 'POST',
        headers: {
            'webhook-id': 'e/2',
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': new Webhook(SECRET).sign('e/2', at, body),
        },
        body,
    });
    assert.equal(answer.status, 200);
    const order = await shop.order(code);
    assert.deepEqual(order.payments, []);
    const notes = order.history.items.filter((entry) => entry.type === 'ORDER_NOTE');
    assert.equal(notes.length, 1);
});
