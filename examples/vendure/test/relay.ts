import { EventEmitter, on, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An event that the shop has answered, each time that it came. */
export interface Delivery {
    reference: string;
    kind: string;
    statuses: number[];
}

/** Stands between the service and the shop, and delivers every webhook twice at once. */
export class Relay {
    private readonly told = new EventEmitter();
    private readonly all: Delivery[] = [];

    private constructor(
        readonly url: string,
        readonly stop: () => void,
    ) {}

    static async to(target: string): Promise<Relay> {
        const server = createServer((request, response) => {
            relay.deliver(request, target).then(
                (status) => response.writeHead(status).end(),
                () => response.writeHead(500).end(),
            );
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const stop = (): void => {
            server.close();
            server.closeAllConnections();
        };
        const relay = new Relay(`http://127.0.0.1:${port}/`, stop);
        return relay;
    }

    private async deliver(request: IncomingMessage, target: string): Promise<number> {
        const body = new Uint8Array(await buffer(request));
        const headers: Record<string, string> = { 'content-type': 'application/json' };
        for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
            headers[name] = String(request.headers[name]);
        }
        const copies = [1, 2].map(() => fetch(target, { method: 'POST', headers, body }));
        const statuses = (await Promise.all(copies)).map((answer) => answer.status);
        const { reference, kind } = JSON.parse(new TextDecoder().decode(body)).data;
        const delivery = { reference, kind, statuses };
        this.all.push(delivery);
        this.told.emit('delivery', delivery);
        return statuses[0] ?? 500;
    }

    /** The delivery of an order's event, now or later. */
    async delivered(reference: string, kind: string): Promise<Delivery> {
        // Listens before it looks, so that nothing comes between.
        const news = on(this.told, 'delivery', { signal: AbortSignal.timeout(60_000) });
        const wanted = (one: Delivery): boolean => one.reference === reference && one.kind === kind;
        const there = this.all.find(wanted);
        if (there) {
            return there;
        }
        for await (const [delivery] of news) {
            if (wanted(delivery)) {
                return delivery;
            }
        }
        throw new Error(`no ${kind} of ${reference}`);
    }
}
