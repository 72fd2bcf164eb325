package dev.weft.server.simulation;

import dev.weft.server.bus.BusMessage;

/** Messages between nodes: lost, repeated, late and overtaken as the scenario says. Within a node they are handed over. */
final class SimulatedBus {
    private final Simulation simulation;

    SimulatedBus(Simulation simulation) {
        this.simulation = simulation;
    }

    void send(SimulatedNode from, String to, BusMessage message) {
        Trace trace = simulation.trace();
        trace.add(from.id(), "->", to, message);
        if (to.equals(from.id())) {
            from.later(0, () -> from.receive(message));
            return;
        }
        Schedule schedule = simulation.schedule();
        Scenario scenario = simulation.scenario();
        boolean isBad = simulation.faultsActive();
        int copies = isBad && schedule.chance(scenario.network().busDuplication()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (isBad && schedule.chance(scenario.network().busLoss())) {
                trace.add(from.id(), "lost", message.getClass().getSimpleName(), "to", to);
            } else {
                schedule.after(1 + schedule.upTo(scenario.network().busDelayMillis()), () -> arrive(from, to, message));
            }
        }
    }

    private void arrive(SimulatedNode from, String to, BusMessage message) {
        SimulatedNode receiver = simulation.node(to);
        boolean isCut = receiver == null || simulation.directories().separated(from.id(), to);
        if (!isCut) {
            receiver.later(0, () -> receiver.receive(message));
        }
    }
}
