package dev.parley.bench.provider;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The newest predictions, by id. Owned by the provider's thread.
final class Predictions {
  private static final int MAX = Journal.MAX_VISITS;

  private final Map<String, Prediction> predictions = new LinkedHashMap<>();
  private long added;

  private record Prediction(Visit visit, @Nullable Telling telling) {}

  /// One more.
  ///
  /// @return its id
  String add(Visit visit) {
    added++;
    String id = "p" + added;
    predictions.put(id, new Prediction(visit, null));
    if (predictions.size() > MAX) {
      predictions.remove("p" + (added - MAX));
    }
    return id;
  }

  @Nullable Visit get(String id) {
    Prediction prediction = predictions.get(id);
    return prediction == null ? null : prediction.visit();
  }

  void tells(String id, @Nullable Telling telling) {
    predictions.computeIfPresent(id, (_, old) -> new Prediction(old.visit(), telling));
  }

  /// Ends what is being told of one.
  void cancel(String id) {
    Prediction prediction = predictions.get(id);
    Telling telling = prediction == null ? null : prediction.telling();
    if (telling != null) {
      telling.cancel();
    }
  }
}
