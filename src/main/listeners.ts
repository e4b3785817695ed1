import type { Ingest, Inlet } from '../core/ingest.ts'
import { machineNames } from '../core/machine-names.ts'
import type { Log } from '../core/log.ts'
import type { Problem } from '../shared/health.ts'
import type { Listener } from './adapters/listener.ts'
import { listenUdp } from './adapters/udp-listener.ts'
import { BINDING_REMEDY, type BindingResult } from './adapters/unix-binding.ts'
import { listenUnix } from './adapters/unix-listener.ts'
import { type Config, FALLBACK_UDP } from './config.ts'

export interface Listeners {
  readonly addresses: readonly string[]
  readonly problems: readonly Problem[]
  close(): Promise<void>
}

/**
 * Opens every listener that the configuration names. Without the addon the panel still starts: it says so and listens
 * on UDP. Rejects with a ListenError where an address cannot be had; what was open by then is closed again.
 */
export async function openListeners(
  config: Config,
  ingest: Ingest,
  log: Log,
  addon: BindingResult,
): Promise<Listeners> {
  const problems: Problem[] = []
  const open: { readonly listener: Listener; readonly inlet: Inlet }[] = []
  const close = async (): Promise<void> => {
    for (const { listener, inlet } of open.toReversed()) {
      await listener.close()
      inlet.closed()
    }
    open.length = 0
  }

  let udp = config.udp ?? []
  if (config.eventsSockets.length > 0 && !addon.ok) {
    problems.push({ code: 'unix_datagrams_unavailable', message: addon.reason, remedy: BINDING_REMEDY })
    log.error({ reason: addon.reason, remedy: BINDING_REMEDY }, 'Unix datagram sockets are not available')
    for (const { path } of config.eventsSockets) ingest.inlet('unix', path).failed(addon.reason)
    if (config.udp === null) udp = [FALLBACK_UDP]
  } else if (config.eventsSockets.length === 0 && config.udp === null) {
    udp = [FALLBACK_UDP]
  }

  try {
    if (addon.ok) {
      for (const socket of config.eventsSockets) {
        const inlet = ingest.inlet('unix', socket.path, machineNames(socket.machines))
        open.push({ listener: listenUnix(addon.binding, socket, inlet), inlet })
        inlet.listening()
      }
    }
    for (const address of udp) {
      const inlet = ingest.inlet('udp', `${address.host}:${address.port}`, machineNames(address.machines))
      const listener = await listenUdp(address, inlet)
      open.push({ listener, inlet })
      inlet.listening(listener.address)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { addresses: open.map(({ listener }) => listener.address), problems, close }
}
