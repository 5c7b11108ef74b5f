package dev.vllmjunit.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** How every chart looks: size, fonts, lines, and twice the pixels so that it stays sharp. */
final class ChartLook {

    static final int WIDTH = 960;
    static final int HEIGHT = 520;

    private static final int SCALE = 2;

    private ChartLook() {}

    static void apply(AxesChartStyler styler) {
        styler.setLocale(Locale.ROOT)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartFontColor(Palette.INK)
                .setChartTitleFont(font(Font.BOLD, 18))
                .setChartTitleBoxVisible(false)
                .setChartTitlePadding(8)
                .setChartPadding(14)
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE)
                .setLegendFont(font(Font.PLAIN, 14))
                .setLegendPadding(14)
                .setAnnotationTextFont(font(Font.PLAIN, 14))
                .setAnnotationTextFontColor(Palette.INK);
        styler.setAxisTitleFont(font(Font.PLAIN, 15))
                .setAxisTickLabelsFont(font(Font.PLAIN, 14))
                .setAxisTickLabelsColor(Palette.INK)
                .setAxisTickMarksColor(Palette.PALE_INK)
                .setAxisTicksLineVisible(false)
                .setPlotGridLinesColor(Palette.GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setPlotGridVerticalLinesVisible(false)
                .setYAxisTickMarkSpacingHint(60)
                .setYAxisLabelAlignment(TextAlignment.Right)
                .setXAxisLabelAlignmentVertical(TextAlignment.Right)
                .setPlotMargin(0);
    }

    /** A bar chart without bars yet. */
    static CategoryChart bars(String title, String unit) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle(unit)
                .build();
        apply(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.5).setYAxisMin(0.0).setXAxisTitleVisible(false);
        return chart;
    }

    static ChartImage draw(String name, Chart<?, ?> chart) {
        BufferedImage image =
                new BufferedImage(chart.getWidth() * SCALE, chart.getHeight() * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(SCALE, SCALE);
            chart.paint(graphics, chart.getWidth(), chart.getHeight());
        } finally {
            graphics.dispose();
        }
        return new ChartImage(name, chart.getTitle(), png(image));
    }

    private static byte[] png(BufferedImage image) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }
}
