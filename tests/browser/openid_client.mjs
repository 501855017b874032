// A partner's server, made of the certified library openid-client: prints where to send the person,
// reads where they came back, and prints what it then learns and what stops working.
//
//   node openid_client.mjs ISSUER CLIENT_ID CLIENT_SECRET REDIRECT_URI SCOPE
import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, id, secret, redirect_uri, scope] = process.argv.slice(2);
const how = secret ? client.ClientSecretBasic(secret) : client.None();
const config = await client.discovery(new URL(issuer), id, undefined, how, { execute: [client.allowInsecureRequests] });
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedNonce = client.randomNonce();
const expectedState = client.randomState();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri,
  scope,
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
});
console.log(JSON.stringify({ url: url.href }));

const refused = async (doing) => doing.then(() => "", (error) => error.error ?? error.code ?? error.message);
for await (const line of createInterface({ input: process.stdin })) {
  const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(config, new URL(line), checks);
  const claims = tokens.claims();
  const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const next = await client.refreshTokenGrant(config, tokens.refresh_token);
  const reused = await refused(client.refreshTokenGrant(config, tokens.refresh_token));
  const after = await refused(client.fetchUserInfo(config, next.access_token, claims.sub));
  console.log(JSON.stringify({ claims, person, reused, after }));
  break;
}
