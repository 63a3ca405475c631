import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { createServer } from "node:tls";

/** Of "localhost", signed by itself, and valid for a century. Its key is public, so it protects nothing. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUe+fIq6Gl7hiVbsalzj6CsQcNTpMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMTkxMjA4
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATqrCD1ajIb7UmWX5LX8aY8Af/PhlH6/5GMTd6OzeT1VjsrhbHvVIpO
nhSPJbXPYMqBE+/yF2BNejPzULl8DSc5o2kwZzAdBgNVHQ4EFgQUZTYemAqztbWy
NVH1UAxVEEwXeFowHwYDVR0jBBgwFoAUZTYemAqztbWyNVH1UAxVEEwXeFowDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgJ0C4Fkc+hMsa4EMobJZvA7g6AStNqfyzO7DfDYWPkQACIF9mZrVWY3f0
CFeVCPFptBM4QFIsv2eyq0YCZNU6EuvC
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNt2ifN0SRC04peNA
UaMQrKfCsVRbCPBRDP5v5ThBvAChRANCAATqrCD1ajIb7UmWX5LX8aY8Af/PhlH6
/5GMTd6OzeT1VjsrhbHvVIpOnhSPJbXPYMqBE+/yF2BNejPzULl8DSc5
-----END PRIVATE KEY-----
`;

/** Offers a server of this machine with TLS. @returns its address, and what ends it */
export async function tlsProxy(port: number) {
  const proxy = createServer({ cert: CERTIFICATE, key: KEY }, (socket) => {
    const plain = connect(port, "127.0.0.1");
    for (const each of [socket, plain]) each.on("error", () => socket.destroy());
    socket.pipe(plain).pipe(socket);
  });
  proxy.on("tlsClientError", () => {});
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return { url: `rediss://localhost:${(proxy.address() as AddressInfo).port}`, close: () => proxy.close() };
}
