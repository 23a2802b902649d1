import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LanguageCode, mergeConfig, type VendureConfig } from '@vendure/core';
import {
    createTestEnvironment,
    registerInitializer,
    SqljsInitializer,
    type SimpleGraphQLClient,
    testConfig,
} from '@vendure/testing';
import { gql } from 'graphql-tag';
import { InbankPlugin } from '../src';
import { Relay } from './relay';
import { Service } from './service';

export const SECRET = `whsec_${Buffer.from('a secret of the tests, and no more').toString('base64')}`;

export interface PlacedPayment {
    id: string;
    state: string;
    amount: number;
    transactionId: string;
    errorMessage: string | null;
}

export interface PlacedOrder {
    id: string;
    code: string;
    state: string;
    totalWithTax: number;
    payments: PlacedPayment[];
    history: { items: { type: string; data: Record<string, string> }[] };
}

/** A Vendure server with a catalogue and two payment methods, `inbank serve` with its sandbox, and a relay between. */
export class Shop {
    /** The variants' ids by what they are called. */
    private readonly articles = new Map<string, string>();

    private constructor(
        readonly url: string,
        readonly service: Service,
        readonly relay: Relay,
        readonly customer: SimpleGraphQLClient,
        readonly admin: SimpleGraphQLClient,
        readonly stop: () => Promise<void>,
    ) {}

    static async open(): Promise<Shop> {
        // Tests are nobody's installation.
        process.env['VENDURE_DISABLE_TELEMETRY'] = 'true';
        const opened: (() => unknown)[] = [];
        const stop = async (): Promise<void> => {
            for (const close of opened.reverse()) {
                await close();
            }
        };
        try {
            return await Shop.with(opened, stop);
        } catch (error) {
            await stop();
            throw error;
        }
    }

    private static async with(opened: (() => unknown)[], stop: () => Promise<void>): Promise<Shop> {
        const service = await Service.start();
        opened.push(service.stop);
        const port = await freePort();
        const config = mergeConfig(testConfig, {
            apiOptions: { port },
            plugins: [
                InbankPlugin.init({ url: service.url, token: service.token, webhookSecrets: [SECRET] }),
            ],
        } satisfies Partial<VendureConfig>);
        const folder = mkdtempSync(join(tmpdir(), 'vendure-'));
        opened.push(() => rmSync(folder, { recursive: true }));
        registerInitializer('sqljs', new SqljsInitializer(folder));
        const { server, adminClient, shopClient } = createTestEnvironment(config as Required<VendureConfig>);
        opened.push(() => server.destroy());
        await server.init({
            initialData: {
                defaultLanguage: LanguageCode.en,
                defaultZone: 'Europe',
                countries: [{ name: 'Estonia', code: 'EE', zone: 'Europe' }],
                taxRates: [{ name: 'standard', percentage: 0 }],
                shippingMethods: [{ name: 'Post', price: 500 }],
                paymentMethods: [],
                collections: [],
            },
            customerCount: 0,
        });
        const url = `http://127.0.0.1:${port}/payments/inbank`;
        const relay = await Relay.to(url);
        opened.push(relay.stop);
        await service.webhooks(relay.url, SECRET);
        const shop = new Shop(url, service, relay, shopClient, adminClient, stop);
        await adminClient.asSuperAdmin();
        await shop.euros();
        await shop.article('BIKE', 49_990);
        await shop.article('CAR', 4_999_000);
        // Of the sandbox's products one waits for the shop's approval.
        await shop.method('inbank', 'hire_purchase');
        await shop.method('inbank-approval', 'hire_purchase_approval');
        return shop;
    }

    private async euros(): Promise<void> {
        await this.admin.query(gql`
            mutation {
                updateChannel(
                    input: { id: "T_1", availableCurrencyCodes: [EUR], defaultCurrencyCode: EUR, pricesIncludeTax: true }
                ) {
                    __typename
                }
            }
        `);
    }

    private async article(sku: string, price: number): Promise<void> {
        const translations = [{ languageCode: LanguageCode.en, name: sku, slug: sku, description: '' }];
        const { createProduct } = await this.admin.query(
            gql`
                mutation ($input: CreateProductInput!) {
                    createProduct(input: $input) {
                        id
                    }
                }
            `,
            { input: { translations } },
        );
        const { createProductVariants } = await this.admin.query(
            gql`
                mutation ($input: [CreateProductVariantInput!]!) {
                    createProductVariants(input: $input) {
                        id
                    }
                }
            `,
            {
                input: [
                    {
                        productId: createProduct.id,
                        sku,
                        price,
                        stockOnHand: 100,
                        translations: [{ languageCode: LanguageCode.en, name: sku }],
                    },
                ],
            },
        );
        this.articles.set(sku, createProductVariants[0].id);
    }

    private async method(code: string, product: string): Promise<void> {
        await this.admin.query(
            gql`
                mutation ($input: CreatePaymentMethodInput!) {
                    createPaymentMethod(input: $input) {
                        id
                    }
                }
            `,
            {
                input: {
                    code,
                    enabled: true,
                    checker: { code: 'inbank-amount', arguments: [] },
                    handler: {
                        code: 'inbank',
                        arguments: [
                            { name: 'shop', value: this.service.shop },
                            { name: 'product', value: product },
                        ],
                    },
                    translations: [{ languageCode: LanguageCode.en, name: code, description: '' }],
                },
            },
        );
    }

    /** A customer with a bicycle in the cart, who has said where to send it. Returns the order's code. */
    async cart(sku = 'BIKE'): Promise<string> {
        await this.customer.asAnonymousUser();
        await this.customer.query(
            gql`
                mutation ($variant: ID!) {
                    addItemToOrder(productVariantId: $variant, quantity: 1) {
                        __typename
                        ... on ErrorResult { message }
                    }
                }
            `,
            { variant: this.articles.get(sku) },
        );
        await this.customer.query(
            gql`
                mutation {
                    setCustomerForOrder(
                        input: { firstName: "Mari", lastName: "Maasikas", emailAddress: "mari@example.com" }
                    ) {
                        __typename
                    }
                    setOrderShippingAddress(
                        input: { streetLine1: "Pikk 1", city: "Tallinn", postalCode: "10123", countryCode: "EE" }
                    ) {
                        __typename
                    }
                }
            `,
        );
        const { eligibleShippingMethods } = await this.customer.query(gql`
            {
                eligibleShippingMethods {
                    id
                }
            }
        `);
        const { setOrderShippingMethod } = await this.customer.query(
            gql`
                mutation ($method: ID!) {
                    setOrderShippingMethod(shippingMethodId: [$method]) {
                        __typename
                        ... on Order {
                            code
                        }
                    }
                }
            `,
            { method: eligibleShippingMethods[0].id },
        );
        return setOrderShippingMethod.code;
    }

    /** What the storefront does when the customer chooses the method. */
    async pay(method = 'inbank'): Promise<{ redirectUrl?: string; status?: string; message?: string }> {
        const { createInbankPayment } = await this.customer.query(
            gql`
                mutation ($method: String!) {
                    createInbankPayment(method: $method) {
                        ... on InbankPayment {
                            redirectUrl
                            status
                        }
                        ... on ErrorResult {
                            message
                        }
                    }
                }
            `,
            { method },
        );
        return createInbankPayment;
    }

    /** The order as an administrator sees it. */
    async order(code: string): Promise<PlacedOrder> {
        const { orders } = await this.admin.query(
            gql`
                query ($code: String!) {
                    orders(options: { filter: { code: { eq: $code } } }) {
                        items {
                            id
                            code
                            state
                            totalWithTax
                            payments {
                                id
                                state
                                amount
                                transactionId
                                errorMessage
                            }
                            history(options: { take: 50 }) {
                                items {
                                    type
                                    data
                                }
                            }
                        }
                    }
                }
            `,
            { code },
        );
        return orders.items[0];
    }

    /** What an administrator presses. */
    async decide(command: 'settlePayment' | 'cancelPayment', payment: PlacedPayment): Promise<string> {
        const answer = await this.admin.query(
            gql`
                mutation ($id: ID!) {
                    ${command}(id: $id) {
                        __typename
                        ... on Payment { state }
                        ... on ErrorResult { message }
                    }
                }
            `,
            { id: payment.id },
        );
        return answer[command].__typename;
    }
}

async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    return typeof address === 'object' && address ? address.port : 3050;
}
