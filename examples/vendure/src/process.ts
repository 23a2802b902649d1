import type { PaymentProcess } from '@vendure/core';

declare module '@vendure/core' {
    interface PaymentStates {
        /** The bank has taken the approval, and its contract isn't active yet. */
        Approving: never;
        /** The bank has taken the cancellation, and it hasn't come about yet. */
        Cancelling: never;
    }
}

/** The bank takes a command at once and carries it out later, so that a payment stands between two states meanwhile. */
export const inbankProcess: PaymentProcess<'Approving' | 'Cancelling'> = {
    transitions: {
        Authorized: { to: ['Approving', 'Cancelling'], mergeStrategy: 'merge' },
        // Of two commands the bank carries out one, and says which.
        Approving: { to: ['Settled', 'Cancelled', 'Cancelling', 'Error'] },
        Cancelling: { to: ['Cancelled', 'Settled', 'Approving', 'Error'] },
    },
};
