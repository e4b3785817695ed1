import type { TestPanel } from './panel.ts'
import { Child } from './child.ts'
import { datagram, unixSender } from './sender.ts'
import { waitFor } from './wait-for.ts'

/**
 * A machine program in Python, as the state-machine engine is one: it reads its control socket one command per tick, at
 * most 4,096 bytes of it, and says what it does. What a command is called says what becomes of it.
 */
const PROGRAM = `
import json, os, socket, sys, time
name, control, events, tick = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
into = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if os.path.exists(control):
    os.unlink(control)
into.bind(control)
state, speed = "idle", 0

def tell(kind, payload):
    out.sendto(json.dumps({"machine_name": name, "type": kind, "payload": payload}).encode(), events)

def enter(new, trigger):
    global state
    old, state = state, new
    tell("state_change", {"from_state": old, "to_state": new, "event_trigger": trigger})

def act(command):
    global speed
    kind, payload, known = command["type"], command["payload"], command["command_id"]
    if kind == "ignore":
        return
    if kind == "die":
        os._exit(9)
    if kind == "terminate":
        tell("machine_terminated", {"machine_name": name})
        os.unlink(control)
        sys.exit(0)
    if kind == "fail":
        tell("command_result", {"command_id": known, "success": False, "reason": "jammed"})
    elif kind == "answer":
        tell("command_result", {"command_id": known, "success": True})
    elif kind == "device_control":
        before, speed = speed, payload["speed"]
        tell("device_update", {"device_id": payload["device_id"], "device_type": "motor",
                               "previous_state": {"speed": before}, "new_state": {"speed": speed}})
    else:
        enter(payload.get("to", "after " + kind), kind)

tell("machine_registered", {"machine_name": name, "config_type": "python", "current_state": state})
tell("device_update", {"device_id": "motor_01", "device_type": "motor", "new_state": {"speed": speed}})
print("ready", flush=True)
while True:
    if tick > 0:
        time.sleep(tick)
    data = into.recv(4096)
    command = json.loads(data)
    print("got", len(data), command["command_id"], flush=True)
    act(command)
`

export interface Got {
  readonly id: string
  readonly bytes: number
}

/** A real machine program on the panel's sockets, which ends with the test. */
export class PythonMachine {
  readonly child: Child
  readonly #sender: ReturnType<typeof unixSender>

  private constructor(
    readonly panel: TestPanel,
    readonly name: string,
    tickMs: number,
  ) {
    const control = `${panel.config.controlPrefix}${name}.sock`
    this.child = new Child('python3', ['-c', PROGRAM, name, control, panel.socket, String(tickMs / 1000)])
    this.#sender = unixSender(panel.socket)
  }

  /**
   * Resolves once the panel has heard of the machine and of its `motor_01`. `tickMs`: how long it sleeps before each
   * command that it reads; 0: not at all.
   */
  static async start(panel: TestPanel, name: string, tickMs = 0): Promise<PythonMachine> {
    const machine = new PythonMachine(panel, name, tickMs)
    const before = panel.health().offset
    await machine.child.printed(/ready/)
    await waitFor(() => panel.health().offset >= before + 2, { what: `${name} to be heard` })
    return machine
  }

  /** What it has read, oldest first. */
  get got(): Got[] {
    return [...this.child.out.matchAll(/^got (\d+) (\S+)$/gm)].map(([, bytes, id]) => ({
      id: id ?? '',
      bytes: Number(bytes),
    }))
  }

  get ids(): string[] {
    return this.got.map(({ id }) => id)
  }

  has(id: string): Promise<unknown> {
    return waitFor(() => this.ids.includes(id), { what: `${id} at ${this.name}`, timeout: 20_000 })
  }

  /** An event in the name of this machine, as one of its threads might send it. */
  tell(type: string, payload: object = {}): Promise<void> {
    return this.#sender.send(datagram(this.name, type, payload))
  }

  /** Ends it as a crash does: nothing is said, and its socket stays where it is. */
  async kill(): Promise<void> {
    this.child.process.kill('SIGKILL')
    await this.child.ended()
  }
}
