import type { Order, PaymentMethod } from '@vendure/core';

/** Vendure counts in hundredths; the service takes and gives decimal text. */
export function decimal(hundredths: number): string {
    const digits = String(hundredths).padStart(3, '0');
    return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `499.9` is 49990. Text of another form is refused rather than rounded. */
export function hundredths(amount: string): number {
    const parts = /^(\d+)(?:\.(\d{1,2})0*)?$/.exec(amount);
    if (!parts) {
        throw new Error(`not an amount of whole hundredths: ${amount}`);
    }
    return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
}

/** What a payment method was set up with in the admin. */
export function argument(method: PaymentMethod, name: 'shop' | 'product'): string | undefined {
    return method.handler.args.find((argument) => argument.name === name)?.value;
}

/** One try to finance an order, as a payment's transaction id. */
export function transactionId(order: Order, attempt: number): string {
    return `${order.code}/${attempt}`;
}
