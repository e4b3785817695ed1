import type { Payload } from '../../shared/datagram.ts'
import { answerFailure } from '../answer.ts'
import type { Clock } from '../clock.ts'
import type { Command, Program, Surroundings } from '../program.ts'
import { Controllers } from './controllers.ts'
import { type ActionTemplate, FLOW, type FlowBlock } from './flow-blocks.ts'

const iso = (clock: Clock): string => new Date(clock.now()).toISOString()

/** Where the program stands; it stops and pauses only between two blocks. */
interface Place {
  readonly session: string
  readonly cycle: number
  readonly template: number
  readonly block: number
}

/** The flow executor: sessions of cycles, of action templates, of blocks. Its times are ISO 8601, its texts Bulgarian. */
export class FlowProgram implements Program {
  readonly #machine: string
  readonly #around: Surroundings
  readonly #controllers: Controllers
  #place: Place
  #wish: 'run' | 'pause' | 'stop' = 'run'
  #state: 'running' | 'paused' | 'stopped' = 'running'
  /** Pauses that wait for the end of the block that runs. */
  #pauses: readonly Command[] = []

  constructor(machine: string, around: Surroundings) {
    this.#machine = machine
    this.#around = around
    this.#controllers = new Controllers(around)
    const template = around.birth === 'registered' ? 0 : FLOW.templates.length - 1
    this.#place = { session: `s-${around.random.id()}`, cycle: 0, template, block: 0 }
  }

  start(): void {
    this.#controllers.start()
    this.#around.clock.after(500, () => this.#next())
  }

  handle(command: Command): void {
    switch (command.type) {
      case 'pause':
        return this.#pause(command)
      case 'resume':
        return this.#resume(command)
      case 'stop':
        if (this.#state === 'stopped') return this.refuse(command, 'Nothing to stop: it has stopped')
        this.#wish = 'stop'
        this.#withdrawPauses('Stopped before it could pause')
        if (this.#state === 'paused') this.#next()
        return
      default:
        return this.refuse(command, `Unknown command ${command.type}`)
    }
  }

  refuse(command: Command, reason: string): void {
    answerFailure(this.#around, command, reason)
  }

  busy(): boolean {
    return false
  }

  terminate(): void {
    if (this.#state !== 'stopped') this.#status('stopped')
    const timestamp = this.#around.clock.now() / 1000
    this.#around.send('machine_terminated', { machine_name: this.#machine, config_type: 'flow', timestamp })
  }

  #pause(command: Command): void {
    if (this.#state === 'paused') return this.refuse(command, 'Nothing to pause: it is paused')
    if (this.#wish === 'stop') return this.refuse(command, 'Nothing to pause: it has stopped or will')
    this.#wish = 'pause'
    this.#pauses = [...this.#pauses, command]
  }

  #resume(command: Command): void {
    if (this.#wish !== 'pause') return this.refuse(command, 'Nothing to resume: it is not paused')
    this.#wish = 'run'
    this.#withdrawPauses('Resumed before it could pause')
    const paused = this.#state === 'paused'
    this.#state = 'running'
    this.#status('resumed')
    if (paused) this.#next()
  }

  #withdrawPauses(reason: string): void {
    for (const pause of this.#pauses) this.refuse(pause, reason)
    this.#pauses = []
  }

  #next(): void {
    if (this.#wish === 'pause') {
      this.#state = 'paused'
      this.#pauses = []
      return this.#status('paused')
    }
    if (this.#wish === 'stop') return this.#stop()
    const { template, block } = this.#template()
    if (this.#place.block === 0) {
      this.#send('action_template_started', {
        programId: FLOW.programId,
        programName: FLOW.programName,
        cycleId: this.#cycle().cycleId,
        actionTemplateId: template.id,
        actionTemplateName: template.name,
        actionIndex: this.#place.template,
        totalActions: FLOW.templates.length,
      })
    }
    this.#run(block)
  }

  #stop(): void {
    const { clock, random } = this.#around
    this.#state = 'stopped'
    this.#status('stopped')
    clock.after(random.between(15_000, 25_000), () => {
      this.#wish = 'run'
      this.#state = 'running'
      this.#place = { session: `s-${random.id()}`, cycle: 0, template: 0, block: 0 }
      this.#next()
    })
  }

  #run(block: FlowBlock): void {
    const { clock, random } = this.#around
    const started = clock.now()
    const startTime = iso(clock)
    const about = {
      blockId: block.blockId,
      blockType: block.blockType,
      blockName: block.blockName,
      deviceName: block.deviceName,
      deviceType: block.deviceType,
      parameters: block.parameters,
      executionContext: {
        executionSessionId: this.#place.session,
        programId: FLOW.programId,
        programName: FLOW.programName,
        ...this.#cycle(),
      },
      displayText: block.displayText,
    }
    // Some executors say it without the suffix.
    const suffix = this.#place.cycle % 3 === 2 ? '' : '_enhanced'
    this.#send(`block_started${suffix}`, { ...about, timing: { startTime }, status: 'running' })
    clock.after(random.between(...block.seconds) * 1000, () => {
      const failed = random.chance(0.03)
      const timing = { startTime, endTime: iso(clock), duration: Math.round(clock.now() - started) }
      const result = failed ? { error: 'Сензорът не отговаря' } : this.#result(block)
      this.#send(`block_executed${suffix}`, { ...about, timing, status: failed ? 'failed' : 'completed', result })
      this.#log(failed ? 'error' : 'info', block, failed ? 'Сензорът не отговаря' : block.displayText)
      this.#advance()
      clock.after(random.between(100, 400), () => this.#next())
    })
  }

  #advance(): void {
    const { template } = this.#template()
    this.#place = { ...this.#place, block: this.#place.block + 1 }
    if (this.#place.block < template.blocks.length) return
    const executionSessionId = this.#place.session
    this.#send('action_template_completed', { actionTemplateId: template.id, executionSessionId, success: true })
    this.#place = { ...this.#place, block: 0, template: this.#place.template + 1 }
    if (this.#place.template < FLOW.templates.length) return
    const { cycleId } = this.#cycle()
    this.#send('cycle_completed', { programId: FLOW.programId, programName: FLOW.programName, cycleId, success: true })
    this.#place = { ...this.#place, template: 0, cycle: this.#place.cycle + 1 }
  }

  #result(block: FlowBlock): Payload {
    const { clock, random } = this.#around
    if (!block.reading) return { done: true }
    const { mean, sway, unit } = block.reading
    const value = mean + sway * Math.sin(clock.now() / 90_000) + random.between(-0.05, 0.05) * sway
    return { value: Math.round(value * 100) / 100, unit }
  }

  #template(): { readonly template: ActionTemplate; readonly block: FlowBlock } {
    const template: ActionTemplate = FLOW.templates[this.#place.template] ?? FLOW.templates[0]
    return { template, block: template.blocks[this.#place.block] ?? template.blocks[0] }
  }

  #cycle(): { readonly cycleId: string; readonly cycleName: string } {
    const { cycle } = this.#place
    return { cycleId: `c${cycle + 1}`, cycleName: FLOW.cycles[cycle % FLOW.cycles.length] ?? FLOW.cycles[0] }
  }

  #status(status: 'paused' | 'resumed' | 'stopped'): void {
    const { template, block } = this.#template()
    const { session } = this.#place
    this.#send('flow_status_changed', {
      status,
      actionTemplateId: template.id,
      executionSessionId: session,
      blockId: block.blockId,
    })
  }

  #log(level: 'info' | 'error', block: FlowBlock, data: string): void {
    const context = { executionSessionId: this.#place.session, blockId: block.blockId }
    this.#send('log_entry', {
      timestamp: iso(this.#around.clock),
      level,
      tag: 'flow',
      module: block.blockName,
      data,
      context,
    })
  }

  #send(type: string, payload: Payload): void {
    this.#around.send(type, payload)
  }
}
