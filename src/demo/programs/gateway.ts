import { every } from '../clock.ts'
import type { Program, Surroundings } from '../program.ts'
import type { NonEmpty } from '../random.ts'

const LINKS: NonEmpty<{ readonly type: string; readonly script: string; readonly call: string; readonly ms: number }> =
  [
    { type: 'websocket', script: 'panel_bridge.py', call: 'broadcast', ms: 3 },
    { type: 'http', script: 'erp_client.py', call: 'post_batch', ms: 120 },
    { type: 'mqtt', script: 'sensor_uplink.py', call: 'publish', ms: 18 },
    { type: 'unix_socket', script: 'engine_events.py', call: 'send_event', ms: 1 },
  ]

/** The connection monitor's source: a few events a second, now and then slow, now and then an error. Takes no commands. */
export class Gateway implements Program {
  readonly #machine: string
  readonly #around: Surroundings

  constructor(machine: string, around: Surroundings) {
    this.#machine = machine
    this.#around = around
  }

  start(): void {
    const { clock, random } = this.#around
    every(
      clock,
      () => random.between(200, 500),
      () => this.#event(),
    )
  }

  handle(): void {
    // It has no control socket.
  }

  refuse(): void {
    // As above.
  }

  busy(): boolean {
    return false
  }

  terminate(): void {
    const timestamp = this.#around.clock.now() / 1000
    this.#around.send('machine_terminated', { machine_name: this.#machine, config_type: 'gateway', timestamp })
  }

  #event(): void {
    const { clock, random } = this.#around
    const link = random.pick(LINKS)
    const failed = random.chance(0.02)
    const slow = random.chance(0.03) ? 8 : 1
    this.#around.send('connection_event', {
      connection_type: link.type,
      direction: failed ? 'error' : random.pick(['send', 'receive']),
      script_name: link.script,
      function_name: link.call,
      data_size_bytes: failed ? 0 : random.integer(40, 4_000),
      response_time_ms: Math.round(link.ms * slow * random.between(0.6, 1.8) * 100) / 100,
      error: failed ? 'Connection reset by peer' : null,
      metadata: {},
      broadcast_time: clock.now() / 1000,
    })
  }
}
