import { Inject, Injectable } from '@nestjs/common';
import {
    Order,
    Payment,
    type PaymentMethod,
    type PaymentState,
    type RequestContext,
    TransactionalConnection,
    totalCoveredByPayments,
} from '@vendure/core';
import { approve, cancel, pay, showProduct } from '../../clients/typescript/src';
import { type Client, createClient } from '../../clients/typescript/src/client';
import type { Opened, ProductAnswer } from '../../clients/typescript/src';
import { argument, decimal } from './amount';
import type { InbankEvent } from './event';
import { INBANK_OPTIONS, type InbankOptions } from './options';

/** A read at the bank may take some seconds; a customer who waits longer has gone. */
const TIME_LIMIT = 20_000;

/** Engines on which a row can be locked. The others have one writer at a time anyway. */
const LOCKING = ['postgres', 'mysql', 'mariadb', 'aurora-mysql', 'aurora-postgres', 'cockroachdb'];

/** How far a command is. */
export type Decided =
    | { done: true }
    /** Without a state it is under way; else the payment stays as it is. */
    | { done: false; state?: Exclude<PaymentState, 'Settled' | 'Cancelled'>; message: string };

/** Calls `inbank serve`. */
@Injectable()
export class InbankService {
    private readonly client: Client;

    constructor(
        @Inject(INBANK_OPTIONS) options: InbankOptions,
        private connection: TransactionalConnection,
    ) {
        this.client = createClient({
            baseUrl: options.url,
            auth: options.token,
            fetch: (request) => fetch(request, { signal: AbortSignal.timeout(TIME_LIMIT) }),
        });
    }

    /** Opens what is left to pay, or finds it open: the same cart of an order is one attempt, however often it is sent. */
    async pay(order: Order, method: PaymentMethod): Promise<Opened | string> {
        const answer = await pay({
            client: this.client,
            path: { shop: argument(method, 'shop') ?? '', reference: order.code },
            body: {
                product: argument(method, 'product') ?? '',
                amount: decimal(order.totalWithTax - totalCoveredByPayments(order)),
                currency: order.currencyCode,
            },
        });
        return answer.data ?? detail(answer.error);
    }

    /** A product's conditions. The service keeps them for some minutes. */
    async product(shop: string, code: string): Promise<ProductAnswer | string> {
        const answer = await showProduct({ client: this.client, path: { shop, code } });
        return answer.data ?? detail(answer.error);
    }

    /** Approves or cancels a payment, unless the bank has said already how it ended. */
    async decide(
        ctx: RequestContext,
        order: Order,
        payment: Payment,
        command: 'approve' | 'cancel',
        shop: string,
    ): Promise<Decided> {
        await this.lock(ctx, order);
        // A webhook may have come since this payment was read. What it wrote stands, and is not overwritten.
        const { state, metadata } = await this.connection.getEntityOrThrow(ctx, Payment, payment.id);
        payment.state = state;
        payment.metadata = metadata;
        const [call, end, ended] = ({
            approve: [approve, 'paid', 'Settled'],
            cancel: [cancel, 'not_paid', 'Cancelled'],
        } as const)[command];
        const event: InbankEvent | undefined = metadata['inbank'];
        if (state === ended || event?.kind === end) {
            return { done: true };
        }
        const path = { shop, reference: order.code };
        const answer = await call({ client: this.client, path });
        if (answer.data?.order.status === end) {
            return { done: true };
        }
        if (answer.data) {
            return { done: false, message: 'The bank has it, and the payment follows when it is done.' };
        }
        const stays = state as Exclude<PaymentState, 'Settled' | 'Cancelled'>;
        return { done: false, state: stays, message: detail(answer.error) };
    }

    /** Has whoever else works on this order wait until the transaction ends. */
    async lock(ctx: RequestContext, order: Order): Promise<void> {
        if (LOCKING.includes(this.connection.rawConnection.options.type)) {
            await this.connection.getRepository(ctx, Order).findOne({
                where: { id: order.id },
                lock: { mode: 'pessimistic_write' },
                loadEagerRelations: false,
            });
        }
    }
}

/** What a problem document says, or why there is none. */
function detail(error: unknown): string {
    const says = (error as { detail?: unknown } | undefined)?.detail;
    return typeof says === 'string' ? says : 'The service gave no answer; try again.';
}
