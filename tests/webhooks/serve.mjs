// Takes one webhook and verifies it with the library of npm. The first line is the port; then the secret is read.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

const lines = createInterface({ input: process.stdin });
const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const webhook = new Webhook(await secret);
    const body = Buffer.concat(parts).toString("utf8");
    let refused = false;
    try {
      webhook.verify(body.replace("test", "tEst"), request.headers);
    } catch {
      refused = true;
    }
    const says = webhook.verify(body, request.headers);
    response.writeHead(204).end();
    console.log(JSON.stringify({ verified: true, refused, says }));
    server.close();
    lines.close();
  });
});
const secret = new Promise((resolve) => lines.once("line", resolve));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
