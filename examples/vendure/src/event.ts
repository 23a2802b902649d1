import type { WebhookData } from '../../clients/typescript/src';

/** What the service tells about an order, as the data of a webhook. */
export type InbankEvent = WebhookData;

/** The data of a webhook's body; nothing where it is about something else than an order. */
export function readEvent(body: unknown): InbankEvent | undefined {
    const data = isObject(body) ? body['data'] : undefined;
    if (
        isObject(data) &&
        typeof data['shop'] === 'string' &&
        typeof data['reference'] === 'string' &&
        typeof data['kind'] === 'string' &&
        typeof data['attempt'] === 'number'
    ) {
        return data as InbankEvent;
    }
    return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null;
}
