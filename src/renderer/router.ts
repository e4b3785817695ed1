import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import AccountView from './views/account-view.vue'
import AccountsView from './views/accounts-view.vue'
import AlarmsView from './views/alarms-view.vue'
import AuditView from './views/audit-view.vue'
import DeviceView from './views/device-view.vue'
import DevicesView from './views/devices-view.vue'
import EventsView from './views/events-view.vue'
import ExecutionView from './views/execution-view.vue'
import ExecutionsView from './views/executions-view.vue'
import LeaveKioskView from './views/leave-kiosk-view.vue'
import LinksView from './views/links-view.vue'
import LogView from './views/log-view.vue'
import MachineView from './views/machine-view.vue'
import NotFoundView from './views/not-found-view.vue'
import OverviewView from './views/overview-view.vue'
import PanelView from './views/panel-view.vue'
import SettingsView from './views/settings-view.vue'
import SignInView from './views/sign-in-view.vue'
import TrendsView from './views/trends-view.vue'
import WorkflowRunView from './views/workflow-run-view.vue'
import { machineOfParam } from './model/machine-route.ts'

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: OverviewView },
  {
    path: '/machine/:name',
    name: 'machine',
    component: MachineView,
    props: (route) => ({ name: machineOfParam(String(route.params['name'])) }),
  },
  { path: '/alarms', name: 'alarms', component: AlarmsView },
  { path: '/devices', name: 'devices', component: DevicesView },
  {
    path: '/devices/:machine/:device',
    name: 'device',
    component: DeviceView,
    props: (route) => ({
      machine: machineOfParam(String(route.params['machine'])),
      id: machineOfParam(String(route.params['device'])),
    }),
  },
  { path: '/executions', name: 'executions', component: ExecutionsView },
  {
    path: '/executions/:machine/:id',
    name: 'execution',
    component: ExecutionView,
    props: (route) => ({
      machine: machineOfParam(String(route.params['machine'])),
      id: machineOfParam(String(route.params['id'])),
    }),
  },
  {
    path: '/run/:machine',
    name: 'workflow-run',
    component: WorkflowRunView,
    props: (route) => ({ machine: machineOfParam(String(route.params['machine'])) }),
  },
  { path: '/trends', name: 'trends', component: TrendsView },
  { path: '/events', name: 'events', component: EventsView },
  { path: '/logs', name: 'logs', component: LogView },
  { path: '/links', name: 'links', component: LinksView },
  { path: '/panel', name: 'panel', component: PanelView },
  { path: '/settings', name: 'settings', component: SettingsView },
  { path: '/leave-kiosk', name: 'leave-kiosk', component: LeaveKioskView },
  { path: '/sign-in', name: 'sign-in', component: SignInView },
  { path: '/account', name: 'account', component: AccountView },
  { path: '/accounts', name: 'accounts', component: AccountsView },
  { path: '/audit', name: 'audit', component: AuditView },
  { path: '/about', name: 'about', component: () => import('./views/about-view.vue') },
  { path: '/gallery', name: 'gallery', component: () => import('./views/gallery-view.vue') },
  { path: '/:rest(.*)*', name: 'not-found', component: NotFoundView },
]

export const router = createRouter({ history: createWebHashHistory(), routes })
