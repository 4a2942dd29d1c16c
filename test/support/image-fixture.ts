import { chmodSync, chownSync } from "node:fs";
import { after, type TestContext } from "node:test";

import { startPrivateDocker, whyNoPrivateDocker, type PrivateDocker } from "../../scripts/private-docker.ts";
import { dockerOrSkip, testDocker, type TestDocker } from "./docker.ts";
import { provideGatewayImage } from "./gateway-image.ts";
import { skipOrFail } from "./tools.ts";

/** The group that may use the socket of the daemon. */
export const socketGroup = 4242;

/** A daemon for one test file with the gateway's image and without containers of other tests. */
export interface ImageFixture {
  /** Returns the daemon; `undefined` if the test was skipped because something is missing. */
  enter(t: TestContext): Promise<TestDocker | undefined>;
}

/**
 * Creates the fixture. A gateway in a container manages every labelled container of its daemon, so it needs its own.
 * The first test starts the daemon; it is stopped at the end of the file.
 */
export function createImageFixture(): ImageFixture {
  let opening: Promise<PrivateDocker> | undefined;
  let hasImage = false;
  after(async () => (await opening?.catch(() => undefined))?.stop());

  return {
    async enter(t) {
      if (dockerOrSkip(t) === undefined) return undefined;
      const reason = whyNoPrivateDocker();
      if (reason !== undefined) {
        skipOrFail(t, reason);
        return undefined;
      }
      const { host } = await (opening ??= open());
      hasImage ||= await provideGatewayImage(t, host);
      return hasImage ? testDocker(t, host) : undefined;
    },
  };
}

async function open(): Promise<PrivateDocker> {
  const docker = await startPrivateDocker();
  const socket = docker.host.slice("unix://".length);
  chownSync(socket, 0, socketGroup);
  chmodSync(socket, 0o660);
  return docker;
}
