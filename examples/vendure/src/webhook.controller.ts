import { Body, Controller, Headers, HttpCode, Inject, Post, UnauthorizedException } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { readEvent } from './event';
import { InbankEvents } from './events';
import { INBANK_OPTIONS, type InbankOptions } from './options';

/**
 * Takes the service's webhooks. One that isn't signed is refused, one that can't be worked on now is answered with 500
 * and comes again, and one that is of no matter here is answered with 200, or it would come for days.
 */
@Controller('payments/inbank')
export class WebhookController {
    constructor(
        @Inject(INBANK_OPTIONS) private options: InbankOptions,
        private events: InbankEvents,
    ) {}

    @Post()
    @HttpCode(200)
    async take(@Body() body: Buffer, @Headers() headers: Record<string, string>): Promise<void> {
        const event = readEvent(this.verified(body, headers));
        if (event) {
            await this.events.take(headers['webhook-id'] ?? '', event);
        }
    }

    private verified(body: Buffer, headers: Record<string, string>): unknown {
        for (const secret of this.options.webhookSecrets) {
            try {
                return new Webhook(secret).verify(body, headers);
            } catch {
                // Of the former secret, or of nobody that is known.
            }
        }
        throw new UnauthorizedException();
    }
}
