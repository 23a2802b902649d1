// `cargo xtask clients` says where the document is, and where the client goes.
export default {
  input: process.env.INBANK_OPENAPI,
  output: { path: process.env.INBANK_CLIENT, clean: true },
  plugins: ["@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch"],
};
