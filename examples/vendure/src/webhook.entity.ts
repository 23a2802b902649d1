import { type DeepPartial, VendureEntity } from '@vendure/core';
import { Column, Entity, Index } from 'typeorm';

/** A webhook that was worked on. The service sends each until it is answered, so that some come twice. */
@Entity()
export class InbankWebhook extends VendureEntity {
    constructor(input?: DeepPartial<InbankWebhook>) {
        super(input);
    }

    /** Its `webhook-id`, the same each time. */
    @Column()
    @Index({ unique: true })
    webhookId!: string;
}
