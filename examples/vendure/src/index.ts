export { inbankAmount } from './eligibility';
export { InbankWebhook } from './webhook.entity';
export { InbankPlugin, type InbankOptions } from './plugin';
export { inbankHandler } from './handler';
