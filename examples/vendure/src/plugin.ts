import { PluginCommonModule, type Type, VendurePlugin } from '@vendure/core';
import { raw } from 'express';
import { inbankAmount } from './eligibility';
import { InbankEvents } from './events';
import { inbankHandler } from './handler';
import { INBANK_OPTIONS, type InbankOptions } from './options';
import { inbankProcess } from './process';
import { InbankResolver, shopSchema } from './resolver';
import { InbankService } from './service';
import { WebhookController } from './webhook.controller';
import { InbankWebhook } from './webhook.entity';

export type { InbankOptions } from './options';

/**
 * Inbank's financing as a payment method: add `InbankPlugin.init({ … })` to the plugins, then make a payment method in
 * the admin with the handler "Inbank" for each channel.
 */
@VendurePlugin({
    imports: [PluginCommonModule],
    compatibility: '^3.0.0',
    entities: [InbankWebhook],
    controllers: [WebhookController],
    providers: [InbankService, InbankEvents, { provide: INBANK_OPTIONS, useFactory: () => InbankPlugin.options }],
    shopApiExtensions: { schema: shopSchema, resolvers: [InbankResolver] },
    configuration: (config) => {
        config.paymentOptions.paymentMethodHandlers.push(inbankHandler);
        config.paymentOptions.paymentMethodEligibilityCheckers ??= [];
        config.paymentOptions.paymentMethodEligibilityCheckers.push(inbankAmount);
        config.paymentOptions.process ??= [];
        config.paymentOptions.process.push(inbankProcess);
        // What was signed are the bytes as they came, so that nobody else may parse them before.
        config.apiOptions.middleware.push({
            route: '/payments/inbank',
            handler: raw({ type: () => true, limit: '64kb' }),
            beforeListen: true,
        });
        return config;
    },
})
export class InbankPlugin {
    static options: InbankOptions;

    static init(options: InbankOptions): Type<InbankPlugin> {
        InbankPlugin.options = options;
        return InbankPlugin;
    }
}
