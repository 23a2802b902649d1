import { EventEmitter, on } from 'node:events';
import { Webhook } from 'standardwebhooks';
import { listEvents } from '../../clients/typescript/src';
import { createClient } from '../../clients/typescript/src/client';
import type { Service } from './service';

/** A delivery that the shop has answered. */
export interface Delivery {
    reference: string;
    kind: string;
    statuses: number[];
}

/** Stands between the service and the shop, and delivers every webhook twice. */
export class Relay {
    private readonly told = new EventEmitter();
    private readonly all: Delivery[] = [];
    private readonly stopping = new AbortController();

    constructor(
        service: Service,
        private target: string,
        private secret: string,
    ) {
        void this.feed(service);
    }

    private async feed(service: Service): Promise<void> {
        const client = createClient({ baseUrl: service.url, auth: service.token });
        let after = '';
        while (!this.stopping.signal.aborted) {
            const query = { after, wait: 20 };
            const answer = await listEvents({ client, query, signal: this.stopping.signal });
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
                    'webhook-signature': new Webhook(this.secret).sign(event.id, timestamp, body),
                };
                await this.deliver(Buffer.from(body), headers);
            }
        }
    }

    private async deliver(body: Buffer, headers: Record<string, string>): Promise<number> {
        const statuses = [];
        for (let copy = 0; copy < 2; copy += 1) {
            const answer = await fetch(this.target, { method: 'POST', headers, body: new Uint8Array(body) });
            statuses.push(answer.status);
        }
        const { reference, kind } = JSON.parse(body.toString()).data;
        const delivery = { reference, kind, statuses };
        this.all.push(delivery);
        this.told.emit('delivery', delivery);
        return statuses[0] ?? 500;
    }

    /** The delivery of an order's event, now or later. */
    async delivered(reference: string, kind: string): Promise<Delivery> {
        const news = on(this.told, 'delivery', { signal: AbortSignal.timeout(30_000) });
        const wanted = (one: Delivery): boolean => one.reference === reference && one.kind === kind;
        for (const delivery of this.all) {
            if (wanted(delivery)) {
                return delivery;
            }
        }
        for await (const [delivery] of news) {
            if (wanted(delivery)) {
                return delivery;
            }
        }
        throw new Error(`no ${kind} of ${reference}`);
    }

    stop(): void {
        this.stopping.abort();
    }
}
