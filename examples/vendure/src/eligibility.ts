import { type Injector, LanguageCode, PaymentMethodEligibilityChecker } from '@vendure/core';
import { argument, hundredths } from './amount';
import { InbankService } from './service';

let service: InbankService;

/** Offers the method where the product has the amount, so that nobody is sent to the bank in vain. */
export const inbankAmount = new PaymentMethodEligibilityChecker({
    code: 'inbank-amount',
    description: [{ languageCode: LanguageCode.en, value: "Inbank's product has the amount" }],
    args: {},
    init(injector: Injector) {
        service = injector.get(InbankService);
    },
    async check(_ctx, order, _args, method) {
        const shop = argument(method, 'shop');
        const code = argument(method, 'product');
        if (shop === undefined || code === undefined) {
            return 'The payment method has no shop or no product';
        }
        const product = await service.product(shop, code);
        if (typeof product === 'string') {
            return product;
        }
        if (product.currency !== order.currencyCode) {
            return `Only in ${product.currency}`;
        }
        if (product.min_amount != null && order.totalWithTax < hundredths(product.min_amount)) {
            return `From ${product.min_amount} ${product.currency}`;
        }
        if (product.max_amount != null && order.totalWithTax > hundredths(product.max_amount)) {
            return `Up to ${product.max_amount} ${product.currency}`;
        }
        return true;
    },
});
