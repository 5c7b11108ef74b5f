/**
 * What a person reads after a run: Allure attachments, charts, CSV and JSON files, the console. Knows values of topology,
 * workload, load, router, evidence, stats and assertion, and no machinery.
 */
@NullMarked
package dev.vllmjunit.report;

import org.jspecify.annotations.NullMarked;
