package dev.weft.server.simulation;

/** Runs seeds, and says of a failing one what happened and how to see it again. */
final class Runs {
    private static final int TRACE_LINES = Integer.getInteger("weft.traceLines", 60);
    private static final String TRACE_FILTER = System.getProperty("weft.trace", "");

    private Runs() {}

    static void run(long seed, Scenario scenario) {
        Simulation simulation = new Simulation(seed, scenario, Tampering.NONE);
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError e) {
            String again = "Again: ./mvnw -pl verticles -am test -Dtest=ClusterSimulationTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dseed=" + seed;
            throw new AssertionError(report(simulation, e) + again + "\n", e);
        }
    }

    /** One that something was planned for. */
    static void run(Simulation simulation) {
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(report(simulation, e), e);
        }
    }

    private static String report(Simulation simulation, Throwable cause) {
        return cause.getMessage() + "\n\nseed " + simulation.seed() + ", " + simulation.scenario() + "\n\n"
                + simulation.trace().last(TRACE_LINES, TRACE_FILTER) + "\n\n";
    }
}
