import { Webhook } from 'standardwebhooks';
import { listEvents } from '../../clients/typescript/src';
import { createClient } from '../../clients/typescript/src/client';
export async function feed(url: string, token: string, target: string, secret: string): Promise<void> {
        const client = createClient({ baseUrl: url, auth: token });
        let after = '';
        for (;;) {
            const query = { after, wait: 20 };
            const answer = await listEvents({ client, query });
            if (!answer.data) return;
            after = answer.data?.next ?? after;
            for (const event of answer.data?.events ?? []) {
                const { order: reference, event: kind, ...rest } = event;
                const data = { ...rest, reference, kind, status: kind };
                const body = JSON.stringify({ type: `order.${kind}`, timestamp: event.occurred_at, data });
                const timestamp = new Date();
                const headers = {
                    'content-type': 'application/json',
                    'webhook-id': event.id,
                    'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1000)),
                    'webhook-signature': new Webhook(secret).sign(event.id, timestamp, body),
                };
                await fetch(target, { method: 'POST', headers, body });
            }
        }
}
