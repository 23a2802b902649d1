/** What the service tells about an order, as the data of a webhook. */
export type InbankEvent = {
    shop: string;
    /** The order's code. */
    reference: string;
    /** Counts the order's events. */
    number: number;
    kind: string;
    status: string;
    attempt: number;
    amount: string | null;
    currency: string | null;
    detail?: string | null;
};

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
        return data as unknown as InbankEvent;
    }
    return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null;
}
