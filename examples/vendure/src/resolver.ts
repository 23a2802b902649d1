import { Args, Mutation, Resolver } from '@nestjs/graphql';
import {
    ActiveOrderService,
    Allow,
    Ctx,
    isGraphQlErrorResult,
    type Order,
    OrderService,
    PaymentMethodService,
    Permission,
    RequestContext,
    TransactionalConnection,
} from '@vendure/core';
import { gql } from 'graphql-tag';
import { inbankHandler } from './handler';
import { InbankService } from './service';

export const shopSchema = gql`
    type InbankPayment {
        "Send the browser there; none where the order is further along."
        redirectUrl: String
        "Where the order stands: open, action_wanted, awaits_merchant, paid, not_paid, needs_person, terminated."
        status: String!
    }

    type InbankPaymentError implements ErrorResult {
        errorCode: ErrorCode!
        message: String!
    }

    union CreateInbankPaymentResult = InbankPayment | InbankPaymentError

    extend type Mutation {
        "Opens the active order's payment at the bank. Repeat it as you like: the same cart is opened once."
        createInbankPayment("The payment method's code" method: String!): CreateInbankPaymentResult!
    }
`;

class InbankPayment {
    readonly __typename = 'InbankPayment';
    constructor(
        readonly redirectUrl: string | null,
        readonly status: string,
    ) {}
}

/** Not Vendure's `ErrorResult`, whose messages are looked up among its translations: this one comes from the service. */
class InbankPaymentError {
    readonly __typename = 'InbankPaymentError';
    readonly errorCode = 'INBANK_PAYMENT_ERROR';
    constructor(readonly message: string) {}
}

@Resolver()
export class InbankResolver {
    constructor(
        private activeOrders: ActiveOrderService,
        private orders: OrderService,
        private methods: PaymentMethodService,
        private connection: TransactionalConnection,
        private inbank: InbankService,
    ) {}

    @Mutation()
    @Allow(Permission.Owner)
    async createInbankPayment(
        @Ctx() ctx: RequestContext,
        @Args('method') code: string,
    ): Promise<InbankPayment | InbankPaymentError> {
        // Committed before the bank hears of it, since its answer may be here before ours.
        const order = await this.connection.withTransaction(ctx, (ctx) => this.arrange(ctx));
        if (typeof order === 'string') {
            return new InbankPaymentError(order);
        }
        const offered = await this.orders.getEligiblePaymentMethods(ctx, order.id);
        const quote = offered.find((method) => method.code === code);
        if (!quote?.isEligible) {
            return new InbankPaymentError(quote?.eligibilityMessage ?? 'There is no such payment method.');
        }
        const { handler, paymentMethod } = await this.methods.getMethodAndOperations(ctx, code);
        if (handler.code !== inbankHandler.code) {
            return new InbankPaymentError('That payment method is another than Inbank.');
        }
        const opened = await this.inbank.pay(order, paymentMethod);
        if (typeof opened === 'string') {
            return new InbankPaymentError(opened);
        }
        return new InbankPayment(opened.redirect_url ?? null, opened.order.status);
    }

    /** The active order, with its content fixed while it is paid. */
    private async arrange(ctx: RequestContext): Promise<Order | string> {
        const active = await this.activeOrders.getActiveOrder(ctx, undefined);
        if (!active) {
            return 'There is no active order.';
        }
        if (active.state === 'AddingItems') {
            const arranged = await this.orders.transitionToState(ctx, active.id, 'ArrangingPayment');
            if (isGraphQlErrorResult(arranged)) {
                return arranged.transitionError;
            }
        }
        const order = await this.orders.findOne(ctx, active.id, ['payments', 'lines', 'surcharges', 'shippingLines']);
        return order ?? 'There is no active order.';
    }
}
