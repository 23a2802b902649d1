import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** `inbank serve --demo` in a process of its own, with its sandbox. */
export class Service {
    private constructor(
        readonly url: string,
        readonly token: string,
        readonly shop: string,
        private sandbox: string,
        private key: string,
        readonly stop: () => Promise<void>,
    ) {}

    static async start(): Promise<Service> {
        const program = process.env['INBANK_PROGRAM'] ?? 'inbank';
        const command = ['serve', '--demo', '--listen', '127.0.0.1:0', '--output', 'json'];
        const child = spawn(program, command, { stdio: ['ignore', 'pipe', 'inherit'] });
        const ended = once(child, 'exit');
        const early = ended.then(([code]) => Promise.reject(new Error(`${program} ended with ${code}`)));
        const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), early]);
        early.catch(() => undefined);
        const ready = JSON.parse(line);
        const stop = async (): Promise<void> => {
            child.kill('SIGTERM');
            await ended;
        };
        return new Service(ready.listen, ready.token, ready.shop, ready.sandbox, ready.sandbox_api_key, stop);
    }

    /** Has its webhooks sent there. */
    async webhooks(url: string, secret: string): Promise<void> {
        await send('PUT', `${this.url}/v1/shops/${this.shop}/webhook`, this.token, { url, secret });
    }

    /** Has the sandbox do what a customer would, as `inbank trigger` does. */
    async customer(kind: 'completed' | 'declined' | 'granted', order: string): Promise<void> {
        await send('POST', `${this.sandbox}/sandbox/trigger`, this.key, { kind, order });
    }
}

async function send(method: string, url: string, token: string, body: unknown): Promise<void> {
    const answer = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
    });
    if (!answer.ok) {
        throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    }
}
