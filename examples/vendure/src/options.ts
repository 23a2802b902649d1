/** Where `inbank serve` is, and how it and the shop know each other. */
export interface InbankOptions {
    /** Its address, as the shop reaches it. */
    url: string;
    /** A token of the scope `write`. */
    token: string;
    /** What it signs webhooks with, `whsec_…`: while one is exchanged for another, both. */
    webhookSecrets: string[];
}

export const INBANK_OPTIONS = Symbol('INBANK_OPTIONS');

export const loggerCtx = 'Inbank';
