import { hostname } from 'node:os'
import { AlarmActs } from '../core/alarm-acts.ts'
import { Alarms } from '../core/alarms.ts'
import { ClockWatch } from '../core/clock-watch.ts'
import { commandRules } from '../core/command-rules.ts'
import { Commands } from '../core/commands.ts'
import { ControlTokens } from '../core/control-tokens.ts'
import { EventTally } from '../core/event-tally.ts'
import { HealthBoard } from '../core/health-board.ts'
import { TokenAdmission } from '../core/token-admission.ts'
import { MachineQuota } from '../core/machine-quota.ts'
import { Operations } from '../core/operations.ts'
import { DescribedPlant } from '../core/plant.ts'
import { PlantFrames } from '../core/plant-frames.ts'
import { Ingest } from '../core/ingest.ts'
import type { Log } from '../core/log.ts'
import { Sessions } from '../core/sessions.ts'
import { StandingBoard, standingOf } from '../core/standing.ts'
import { watchStaleness } from '../core/staleness.ts'
import { PanelAlarms } from '../core/panel-alarms.ts'
import { PanelSettings } from '../core/panel-settings.ts'
import type { Problem } from '../shared/health.ts'
import { systemClock } from './adapters/clock.ts'
import { lockDataDir } from './adapters/data-dir-lock.ts'
import { ownNamesAndAddresses } from './adapters/own-addresses.ts'
import { TlsCredentials } from './adapters/tls/credentials.ts'
import { IngestDoor } from './adapters/ingest-door.ts'
import { isLoopback, OwnNames } from './adapters/origin.ts'
import { loadUnixBinding } from './adapters/unix-binding.ts'
import { openControlLink } from './adapters/unix-control-link.ts'
import { ListenError } from './adapters/listener.ts'
import { startWebServer, type WebServer } from './adapters/web-server.ts'
import { checkInThread } from './check-in-thread.ts'
import type { Config, TlsConfig } from './config.ts'
import { plantOf } from './config-file.ts'
import { ConfigProblems } from './config-problems.ts'
import { openEventLog } from './event-log.ts'
import { type Identity, openIdentity } from './identity.ts'
import { type Listeners, openListeners } from './listeners.ts'
import { Metrics } from './metrics.ts'
import { YamlSettings } from './settings-file.ts'
import type { Panel, Surroundings } from './panel.ts'
import { watchPlantFile } from './plant-file.ts'
import { VERSION } from './version.ts'
import { windowAccept } from './window-accept.ts'

/** Limits on what a viewer may do; see PROTOCOL.md. */
const SESSION_LIMITS = { helloMs: 10_000, heartbeatMs: 30_000, fullMs: 30_000 }

/** A browser opens some connections beside its session; programs, probes and scrapers come in addition. */
const SOCKETS_PER_VIEWER = 4
const SPARE_SOCKETS = 100

/** A program that sends over the network may send as much as so many machines at their quota. */
const MACHINES_OF_SOURCE = 4

/** The composition root: builds the panel from its parts and starts it. Rejects with a ListenError. */
export async function compose(config: Config, surroundings: Surroundings): Promise<Panel> {
  const { log, rendererDir, addon, journalThread, configThread } = surroundings
  const clock = surroundings.clock ?? systemClock
  const startedAt = clock.now()
  const lock = lockDataDir(config.dataDir)
  const events = await openEventLog(config, journalThread, clock, log)
  const { hub, journal, trends } = events
  const tally = new EventTally(hub)
  const plant = new DescribedPlant(
    {
      staleAfterMs: config.staleAfterMs,
      controlPrefix: config.controlPrefix,
      eventsPerSecond: config.machineEventsPerSecond,
    },
    config.configured && plantOf(config.configured),
  )
  let identity: Identity | undefined
  const closeJournal = async (): Promise<void> => {
    identity?.close()
    await events.close()
    lock?.release()
  }
  try {
    identity = openIdentity({ config, clock, log, plant, surroundings })
    if (!isLoopback(config.host) && !identity.gate.closed) throw new ListenError(noAdministrator(config.host))
  } catch (error) {
    await closeJournal()
    throw error
  }
  const { gate, administration, audit, openId } = identity

  const configProblems = new ConfigProblems()
  const plantFile = watchPlantFile(config.configFile, {
    onPlant: (changed) => plant.replace(changed),
    onProblem: (text) => configProblems.refused(text),
    onNote: (text) => configProblems.restart(text),
    log,
    check: checkInThread(configThread),
    ...(config.configured === undefined ? {} : { started: config.configured }),
  })

  let tls: TlsCredentials | null
  try {
    tls = config.tls && openCredentials(config, config.tls, log)
  } catch (error) {
    plantFile.close()
    await closeJournal()
    throw error
  }

  const binding = addon ?? loadUnixBinding()
  const quota = new MachineQuota(
    {
      perSecond: (machine) => plant.eventsPerSecond(machine),
      newcomersPerSecond: config.machineEventsPerSecond,
      knows: (machine) => plant.machine(machine) !== null || hub.folded.machines.has(machine),
    },
    clock.monotonic(),
  )
  const ingest = new Ingest(hub, clock, log, quota)
  let listeners: Listeners
  try {
    listeners = await openListeners(config, ingest, log, binding)
  } catch (error) {
    tls?.close()
    plantFile.close()
    await closeJournal()
    throw error
  }

  const control = new ControlTokens(hub, clock)
  const controlLink = openControlLink(binding)
  const commands = new Commands(hub, clock, controlLink, commandRules({ hub, plant, control, clock }))
  const alarmActs = new AlarmActs(hub, clock, plant)
  const operations = new Operations({ hub, plant, commands, control, alarms: alarmActs, audit, clock })
  const closeOperations = (): void => {
    tally.close()
    alarms.close()
    commands.close()
    control.close()
    controlLink.close()
  }

  const overQuota = (): Problem[] => {
    const problem = quota.problem(clock.monotonic())
    return problem ? [problem] : []
  }
  const problems = (): Problem[] => [
    ...overQuota(),
    ...listeners.problems,
    ...(journal.problem ? [journal.problem] : []),
    ...(trends.problem ? [trends.problem] : []),
    ...configProblems.problems,
    ...(tls?.problems ?? []),
    ...identity.problems,
  ]
  const panelAlarms = new PanelAlarms()
  const alarms = new Alarms({
    hub,
    plant,
    clock,
    panel: () =>
      panelAlarms.conditions(problems(), { refused: ingest.refused, lost: journal.health.lost }, clock.monotonic()),
  })

  const board = new HealthBoard(
    clock,
    () => ({
      startedAt,
      version: VERSION,
      offset: hub.head,
      sessions: sessions.size,
      viewers: sessions.viewers,
      journal: journal.health,
      listeners: ingest.listeners,
      problems: problems(),
      ...(tls ? { certificate: tls.health } : {}),
      ...(quota.shed ? { shed: quota.shed } : {}),
      refusedSamples: [...ingest.samples],
    }),
    () => sessions.healthChanged(),
  )
  const plantFrames = new PlantFrames(plant)
  const standing = new StandingBoard(clock, () => standingOf(hub.folded, problems()))
  const limits = {
    ...SESSION_LIMITS,
    messageBytes: config.messageBytes,
    messagesPerSecond: config.messagesPerSecond,
    helloMs: surroundings.helloMs ?? SESSION_LIMITS.helloMs,
    heartbeatMs: surroundings.heartbeatMs ?? SESSION_LIMITS.heartbeatMs,
    fullMs: surroundings.fullMs ?? SESSION_LIMITS.fullMs,
  }
  const sessions: Sessions = new Sessions({
    hub,
    archive: journal,
    clock,
    log,
    limits,
    connections: config.connections,
    connectionsPerAddress: config.connectionsPerAddress,
    connectionsPerAccount: config.connectionsPerAccount,
    version: VERSION,
    operations,
    health: (access) => (access.may('diagnostics') ? board.frame : board.reducedFrame),
    plant: (access) => plantFrames.frame(access),
  })
  plant.listen(() => {
    plantFrames.forget()
    quota.refresh(clock.monotonic())
    sessions.plantChanged()
  })
  gate.onSignIns((concerns) => sessions.signInsChanged(concerns))
  const clockWatch = new ClockWatch(hub, clock)
  const stopStaleness = watchStaleness(hub, clock, (machine) => plant.staleAfterMs(machine))
  const unready = (): string[] => {
    const listening = ingest.listeners.some(({ kind, state }) => kind !== 'ws' && state === 'listening')
    return [
      ...(listening ? [] : ['No datagram listener is open.']),
      ...(journal.problem ? [journal.problem.message] : []),
    ]
  }

  const metrics = new Metrics({
    health: () => board.health,
    folded: () => hub.folded,
    sessions: () => sessions.totals,
    tally,
  })

  const ingestDoor = new IngestDoor({
    ingest,
    admission: surroundings.ingestAdmission ?? new TokenAdmission(gate),
    clock,
    perSecond: config.machineEventsPerSecond * MACHINES_OF_SOURCE,
  })

  let web: WebServer
  try {
    web = await startWebServer({
      host: config.host,
      port: config.port,
      rendererDir,
      messageBytes: limits.messageBytes,
      names: new OwnNames({ host: config.host, hostname: hostname(), allowed: config.allowedHosts }),
      sockets: {
        total: config.connections * SOCKETS_PER_VIEWER + SPARE_SOCKETS,
        perAddress: config.connectionsPerAddress * SOCKETS_PER_VIEWER + SPARE_SOCKETS,
      },
      times: surroundings.times ?? {},
      tls,
      redirectPort: config.httpRedirectPort,
      accept: sessions.accept,
      gate,
      administration,
      openId,
      settings: new PanelSettings({
        file: new YamlSettings(config),
        audit,
        underWay: () => commands.underWay,
        restart: surroundings.restart ?? null,
      }),
      ingest: ingestDoor,
      health: () => board.health,
      history: {
        query: (query) => journal.query(query),
        stateAt: (time) => journal.stateAt(time),
        get health() {
          return journal.health
        },
        now: () => clock.now(),
      },
      trends: { recorder: trends, now: () => clock.now() },
      operating: { operations, plant, folded: () => hub.folded },
      metrics,
      log,
      unready,
    })
  } catch (error) {
    tls?.close()
    plantFile.close()
    stopStaleness()
    clockWatch.close()
    board.close()
    sessions.close()
    closeOperations()
    await ingestDoor.close()
    await listeners.close()
    await closeJournal()
    throw error
  }

  const { url } = web
  // Whoever is told the code for the first administrator has no window to make one in.
  lock?.found({ url, window: surroundings.tellCode === undefined })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    tls?.close()
    plantFile.close()
    await ingestDoor.close()
    await listeners.close()
    stopStaleness()
    clockWatch.close()
    board.close()
    standing.close()
    sessions.close()
    closeOperations()
    await web.close()
    await closeJournal()
  }
  log.info({ url, listening: listeners.addresses }, 'listening')
  return {
    accept: windowAccept({ gate, web, accept: sessions.accept, isClosing: () => closing !== undefined, log }),
    url,
    redirectUrl: web.redirectUrl,
    certificate: tls && tls.health,
    listening: listeners.addresses,
    health: () => board.health,
    standing: () => standing.standing,
    onStanding: (listener) => standing.listen(listener),
    suspended: () => clockWatch.suspended(),
    resumed: () => clockWatch.resumed(),
    ask: (question) => web.ask(question),
    offerCode: () => administration.entrance.offerCode(),
    underWay: () => ({
      commands: commands.underWay,
      controlled: hub.folded.control.size,
    }),
    close: () => (closing ??= close()),
  }
}

function openCredentials(config: Config, tls: TlsConfig, log: Log): TlsCredentials {
  const { host, allowedHosts, dataDir } = config
  const names = () => ownNamesAndAddresses(host, allowedHosts)
  return new TlsCredentials({ config: tls, dataDir, names, label: hostname(), clock: systemClock, log })
}

function noAdministrator(host: string): string {
  return (
    `--host ${host}: there is no administrator yet, so Andon serves this computer only. ` +
    'Start it without --host, make the first administrator on its page, then start it again.'
  )
}
