package dev.parley.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// Who is in which room. Pure functions: all processes of a run come to the same result.
final class Crowd {
  /// Rooms of each user on average, where users are in several.
  static final int ROOMS_PER_USER = 4;

  private static final long SEED = 20_04_12_25;

  private Crowd() {}

  /// The rooms of each stream, by number.
  static List<List<Integer>> of(Plan plan) {
    List<List<Integer>> crowd = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int stream = 0; stream < plan.streams(); stream++) {
      crowd.add(
          plan.workload() == Workload.MIXED
              ? several(plan.rooms().size(), random)
              : List.of(stream % plan.rooms().size()));
    }
    return crowd;
  }

  /// Some rooms, the first ones far more often than the last: a few where everybody is, many where
  /// hardly anybody is.
  private static List<Integer> several(int rooms, SplittableRandom random) {
    TreeSet<Integer> some = new TreeSet<>();
    int wanted = Math.min(rooms, 1 + random.nextInt(2 * ROOMS_PER_USER - 1));
    while (some.size() < wanted) {
      some.add((int) (rooms * Math.pow(random.nextDouble(), 3)));
    }
    return List.copyOf(some);
  }
}
