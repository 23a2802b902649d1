import { Injectable } from '@nestjs/common';
import { HistoryEntryType } from '@vendure/common/lib/generated-types';
import {
    ChannelService,
    EntityNotFoundError,
    HistoryService,
    isGraphQlErrorResult,
    Logger,
    Order,
    OrderService,
    Payment,
    type PaymentMethod,
    PaymentMethodService,
    type RequestContext,
    RequestContextService,
    TransactionalConnection,
} from '@vendure/core';
import { LessThan } from 'typeorm';
import { argument, hundredths, transactionId } from './amount';
import type { InbankEvent } from './event';
import { inbankHandler } from './handler';
import { loggerCtx } from './options';
import { InbankService } from './service';
import { InbankWebhook } from './webhook.entity';

/** The service gives up after days; what is older than this doesn't come again. */
const KEPT = 30 * 24 * 60 * 60 * 1000;

/** An order, where it was placed, and the method that it is paid by. */
interface Place {
    ctx: RequestContext;
    order: Order;
    method: PaymentMethod;
}

/** Makes of the service's events what Vendure knows: payments, their states, notes for administrators. */
@Injectable()
export class InbankEvents {
    constructor(
        private connection: TransactionalConnection,
        private contexts: RequestContextService,
        private channels: ChannelService,
        private orders: OrderService,
        private methods: PaymentMethodService,
        private history: HistoryService,
        private inbank: InbankService,
    ) {}

    /** Works on a webhook's event, once. */
    async take(webhookId: string, event: InbankEvent): Promise<void> {
        const place = await this.place(event);
        if (!place) {
            Logger.info(`no order ${event.reference} of the shop ${event.shop} here`, loggerCtx);
            return;
        }
        await this.connection.withTransaction(place.ctx, async (ctx) => {
            await this.inbank.lock(ctx, place.order);
            const taken = this.connection.getRepository(ctx, InbankWebhook);
            if (await taken.existsBy({ webhookId })) {
                return;
            }
            await taken.insert({ webhookId });
            await taken.delete({ createdAt: LessThan(new Date(Date.now() - KEPT)) });
            await this.apply({ ...place, ctx }, event);
        });
    }

    /** Looks in every channel that the order is in, the default one last: it has the orders of all others. */
    private async place(event: InbankEvent): Promise<Place | undefined> {
        const order = await this.connection.rawConnection
            .getRepository(Order)
            .findOne({ where: { code: event.reference }, relations: { channels: true } });
        const standard = await this.channels.getDefaultChannel();
        const last = (id: unknown): number => Number(id === standard.id);
        for (const channel of order?.channels.sort((a, b) => last(a.id) - last(b.id)) ?? []) {
            const ctx = await this.contexts.create({ apiType: 'admin', channelOrToken: channel.token });
            const methods = await this.methods.findAll(ctx);
            const method = methods.items.find(
                (method) => method.handler.code === inbankHandler.code && argument(method, 'shop') === event.shop,
            );
            if (order && method) {
                return { ctx, order, method };
            }
        }
        if (order) {
            Logger.warn(`${order.code} has no payment method with the shop ${event.shop}; ${event.kind} is lost`, loggerCtx);
        }
        return undefined;
    }

    private async apply(place: Place, event: InbankEvent): Promise<void> {
        switch (event.kind) {
            case 'awaits_merchant':
            case 'paid':
            case 'not_paid':
                return this.settle(place, event);
            case 'needs_person':
            case 'terminated':
                return this.note(place, `Inbank: ${event.kind}, ${event.detail ?? 'see the service'}`);
            default:
                // `action_wanted` is between the bank and the customer; others are not known yet.
                return;
        }
    }

    private async settle(place: Place, event: InbankEvent): Promise<void> {
        const { ctx, order } = place;
        if (event.amount == null || event.currency !== order.currencyCode) {
            return this.note(place, `Inbank: ${event.kind} of ${event.amount} ${event.currency}: look at it by hand`);
        }
        const payments = await this.orders.getOrderPayments(ctx, order.id);
        const ours = payments.filter((payment) => payment.transactionId === transactionId(order, event.attempt));
        const payment = ours.find((payment) => ['Authorized', 'Approving', 'Cancelling'].includes(payment.state));
        if (!payment) {
            // What ended in the one or the other way stays so; what comes out after all is another payment.
            const settled = ours.some((payment) => payment.state === 'Settled');
            const over = ours.some((payment) => payment.state === 'Declined' || payment.state === 'Cancelled');
            return settled || (over && event.kind !== 'paid') ? undefined : this.add(place, event);
        }
        if (event.kind === 'awaits_merchant') {
            return;
        }
        payment.amount = hundredths(event.amount);
        payment.metadata = { ...payment.metadata, inbank: event };
        const stored = this.connection.getRepository(ctx, Payment);
        await stored.save(payment, { reload: false });
        // It said that a command is under way.
        await stored.update(payment.id, { errorMessage: () => 'NULL' });
        const ended =
            event.kind === 'paid'
                ? await this.orders.settlePayment(ctx, payment.id)
                : await this.orders.cancelPayment(ctx, payment.id);
        if (isGraphQlErrorResult(ended)) {
            await this.note(place, `Inbank: ${event.kind}, and the payment can't follow: ${ended.message}`);
        }
    }

    private async add(place: Place, event: InbankEvent): Promise<void> {
        const { ctx, order, method } = place;
        const now = await this.orders.findOne(ctx, order.id, ['lines']);
        if (!now) {
            throw new EntityNotFoundError('Order', order.id);
        }
        // A customer may have gone back to the cart meanwhile, and stays there unless the bank has said yes. What is paid
        // is paid; the order's total tells the rest.
        if (now.state === 'AddingItems' && event.kind !== 'not_paid') {
            await this.orders.transitionToState(ctx, order.id, 'ArrangingPayment');
        }
        const added = await this.orders.addPaymentToOrder(ctx, order.id, {
            method: method.code,
            metadata: { inbank: event },
        });
        if (isGraphQlErrorResult(added) && event.kind !== 'not_paid') {
            await this.note(place, `Inbank: ${event.kind}, and there is no payment of it: ${added.message}`);
        }
    }

    /** For administrators alone. */
    private async note({ ctx, order }: Place, note: string): Promise<void> {
        Logger.warn(`${order.code}: ${note}`, loggerCtx);
        await this.history.createHistoryEntryForOrder(
            { ctx, orderId: order.id, type: HistoryEntryType.ORDER_NOTE, data: { note } },
            false,
        );
    }
}
