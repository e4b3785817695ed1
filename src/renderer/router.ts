import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import EventsView from './views/events-view.vue'
import MachineView from './views/machine-view.vue'
import NotFoundView from './views/not-found-view.vue'
import OverviewView from './views/overview-view.vue'
import PanelView from './views/panel-view.vue'
import { machineOfParam } from './model/machine-route.ts'

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: OverviewView },
  {
    path: '/machine/:name',
    name: 'machine',
    component: MachineView,
    props: (route) => ({ name: machineOfParam(String(route.params['name'])) }),
  },
  { path: '/events', name: 'events', component: EventsView },
  { path: '/panel', name: 'panel', component: PanelView },
  { path: '/gallery', name: 'gallery', component: () => import('./views/gallery-view.vue') },
  { path: '/:rest(.*)*', name: 'not-found', component: NotFoundView },
]

export const router = createRouter({ history: createWebHashHistory(), routes })
