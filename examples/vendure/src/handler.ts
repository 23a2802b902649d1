import { ForbiddenError, type Injector, LanguageCode, PaymentMethodHandler } from '@vendure/core';
import { hundredths, transactionId } from './amount';
import type { InbankEvent } from './event';
import { InbankService } from './service';

let service: InbankService;

/** The payment method. A payment is made of what the bank has said, and of nothing that a browser says. */
export const inbankHandler = new PaymentMethodHandler({
    code: 'inbank',
    description: [{ languageCode: LanguageCode.en, value: 'Inbank' }],
    args: {
        shop: {
            type: 'string',
            label: [{ languageCode: LanguageCode.en, value: "The shop's name at the service" }],
        },
        product: {
            type: 'string',
            label: [{ languageCode: LanguageCode.en, value: "The product's code, as Inbank gave it" }],
        },
    },
    init(injector: Injector) {
        service = injector.get(InbankService);
    },

    // Called by a webhook. A customer who calls `addPaymentToOrder` has no event.
    createPayment(ctx, order, _amount, _args, metadata) {
        const event: InbankEvent | undefined = metadata['inbank'];
        if (ctx.apiType !== 'admin' || event?.amount == null) {
            throw new ForbiddenError();
        }
        const payment = {
            amount: hundredths(event.amount),
            transactionId: transactionId(order, event.attempt),
            metadata: { inbank: event },
        };
        switch (event.kind) {
            case 'awaits_merchant':
                return { ...payment, state: 'Authorized' };
            case 'paid':
                return { ...payment, state: 'Settled' };
            default:
                return { ...payment, state: 'Declined', errorMessage: event.detail ?? event.kind };
        }
    },

    // Called by an administrator, and by the webhook that says that it is paid.
    settlePayment: async (ctx, order, payment, args) => {
        const answer = await service.decide(ctx, order, payment, 'approve', args.shop);
        return answer.done
            ? { success: true }
            : { success: false, state: answer.state ?? 'Approving', errorMessage: answer.message };
    },

    cancelPayment: async (ctx, order, payment, args) => {
        const answer = await service.decide(ctx, order, payment, 'cancel', args.shop);
        return answer.done
            ? { success: true }
            : { success: false, state: answer.state ?? 'Cancelling', errorMessage: answer.message };
    },

    // No createRefund: the bank's guides have no returns, so that a refund is settled by hand.
});
