import { portTransport } from '../../client/port-transport.ts'
import type { Connect } from '../../client/transport.ts'
import { wsTransport } from '../../client/ws-transport.ts'
import { type Bridge, BRIDGE_KEY } from '../../shared/bridge.ts'
import { socketUrl } from '../model/socket-url.ts'

/** The way to the panel: the window's bridge where there is one, else the network. */
export function connectToPanel(): Connect {
  const bridge = (window as unknown as Readonly<Record<string, Bridge | undefined>>)[BRIDGE_KEY]
  return bridge ? portTransport(bridge, window) : wsTransport(socketUrl(document.baseURI))
}
